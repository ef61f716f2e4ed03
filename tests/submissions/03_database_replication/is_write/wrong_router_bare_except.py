# loses: is_write_check_2
# a bare except swallows the PrimaryDown that must pass
# asks: The primary is down and a write comes. Does the caller hear of it?
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
        try:
            if is_write(sql):
                return self.primary if self.primary.online else self.next()
            return self.next()
        except:
            return self.primary

    def next(self):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            if self.replicas[place].online:
                self.last = place
                return self.replicas[place]
        raise PrimaryDown
