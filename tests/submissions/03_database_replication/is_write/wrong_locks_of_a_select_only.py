# loses: is_write_hidden
# does not look past VALUES, where a second statement may follow
# asks: A statement that begins with VALUES goes on after a semicolon. What may come there?
def is_write(sql):
    words = words_of(sql)
    if words[:1] == ["SELECT"]:
        return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)
    return words[:1] not in (["SHOW"], ["VALUES"], ["TABLE"])


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
