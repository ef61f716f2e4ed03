# loses: is_write_hidden_2
# knows only the replicas that were online when it was made
# asks: A replica comes back an hour later. When do you look again?
def is_write(sql):
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


class Router:
    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = [replica for replica in replicas if replica.online]
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
