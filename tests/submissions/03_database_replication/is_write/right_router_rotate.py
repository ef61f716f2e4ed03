def is_write(sql):
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


class Router:
    def __init__(self, primary, replicas):
        self.primary = primary
        self.order = list(replicas)

    def route(self, sql):
        chosen = None
        if not is_write(sql):
            chosen = next((node for node in self.order if node.online), None)
        if chosen is None:
            if not self.primary.online:
                raise PrimaryDown("nobody can take this")
            return self.primary
        place = next(n for n, node in enumerate(self.order) if node is chosen)
        self.order = self.order[place + 1 :] + self.order[: place + 1]
        return chosen
