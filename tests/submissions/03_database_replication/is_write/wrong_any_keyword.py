# loses: is_write_check
# looks for a keyword anywhere in the text
def is_write(sql):
    words = ("INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "CREATE", "ALTER", "DROP", "FOR SHARE")
    return any(word in sql.upper() for word in words)


class Router:
    """Sends writes to the primary, reads to the replicas in turn."""

    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        self.last = -1  # place of the replica used last

    def route(self, sql):
        """Return the database that runs the statement; raise PrimaryDown if none can."""
        if not is_write(sql):
            count = len(self.replicas)
            for step in range(1, count + 1):
                place = (self.last + step) % count
                if self.replicas[place].online:
                    self.last = place
                    return self.replicas[place]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
