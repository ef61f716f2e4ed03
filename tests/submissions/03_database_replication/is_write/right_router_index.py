def is_write(sql):
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


class Router:
    def __init__(self, primary, replicas):
        self.primary, self.replicas = primary, replicas
        self.next = 0

    def route(self, sql):
        if is_write(sql) or not any(replica.online for replica in self.replicas):
            if self.primary.online:
                return self.primary
            raise PrimaryDown()
        while not self.replicas[self.next % len(self.replicas)].online:
            self.next += 1
        self.next += 1
        return self.replicas[(self.next - 1) % len(self.replicas)]
