# loses: is_write_check_2
# never raises: returns a primary that is offline
# asks: A write comes and the primary is offline. What can the caller do with it?
def is_write(sql):
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


class Router:
    def __init__(self, primary, replicas):
        self.primary, self.replicas = primary, replicas
        self.last = -1

    def route(self, sql):
        if not is_write(sql):
            for step in range(1, len(self.replicas) + 1):
                place = (self.last + step) % len(self.replicas)
                if self.replicas[place].online:
                    self.last = place
                    return self.replicas[place]
        return self.primary
