# loses: is_write_check_2
# looks at the first word after comments only: no locks, no WITH
def is_write(sql):
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    return text.split()[0].upper() not in ("SELECT", "WITH", "SHOW", "VALUES")


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
