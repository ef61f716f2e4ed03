# loses: is_write_hidden_2
# turns the very list that it was given
# asks: Is the list that you were given in its old order?
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
            for _ in range(len(self.replicas)):
                replica = self.replicas.pop(0)
                self.replicas.append(replica)
                if replica.online:
                    return replica
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
