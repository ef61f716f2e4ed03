# loses: is_write_hidden_3
# one turn of the class for all routers
# asks: Make two routers and use one. Whose turn is it in the other?
def is_write(sql):
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


class Router:
    last = -1

    def __init__(self, primary, replicas):
        self.primary, self.replicas = primary, replicas

    def route(self, sql):
        if not is_write(sql):
            for step in range(1, len(self.replicas) + 1):
                place = (Router.last + step) % len(self.replicas)
                if self.replicas[place].online:
                    Router.last = place
                    return self.replicas[place]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
