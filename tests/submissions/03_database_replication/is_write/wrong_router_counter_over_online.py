# loses: is_write_check_2
# counts reads and takes the counter modulo the number of replicas online now
# asks: A replica goes down for a moment. Does your count still point to the same next one?
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
        online = [replica for replica in self.replicas if replica.online]
        if not is_write(sql) and online:
            self.last += 1
            return online[self.last % len(online)]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
