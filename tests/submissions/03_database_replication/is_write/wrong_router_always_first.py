# loses: is_write_check_2
# always the first replica that is online
# asks: Send four reads. Which replicas answer?
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
            for replica in self.replicas:
                if replica.online:
                    return replica
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
