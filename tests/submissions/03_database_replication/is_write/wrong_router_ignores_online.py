# loses: is_write_check_2
# takes turns over all replicas, dead or alive
# asks: Where does your code ask whether a replica is online?
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
        if not is_write(sql) and self.replicas:
            self.last += 1
            return self.replicas[self.last % len(self.replicas)]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
