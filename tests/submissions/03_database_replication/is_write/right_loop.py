def is_write(sql):
    """Three rules, one after the other."""
    words = words_of(sql)
    first = words[0] if words else "nothing"
    surely_a_read = first in "SELECT SHOW VALUES TABLE".split()
    for word in words:
        if word in ("INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"):
            surely_a_read = False
    return not surely_a_read


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
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
