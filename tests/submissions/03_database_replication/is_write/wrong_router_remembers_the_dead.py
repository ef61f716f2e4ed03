# loses: is_write_hidden_2
# a replica that was offline once is never asked again
# asks: A replica was offline once and is back. Is it ever asked again?
def is_write(sql):
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


class Router:
    def __init__(self, primary, replicas):
        self.primary, self.alive = primary, list(replicas)

    def route(self, sql):
        if not is_write(sql):
            for _ in range(len(self.alive)):
                replica = self.alive.pop(0)
                if replica.online:
                    self.alive.append(replica)
                    return replica
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
