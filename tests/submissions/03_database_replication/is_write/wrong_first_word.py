# loses: is_write_check
# looks at the first word only: a lock is a read
# asks: A SELECT can lock rows. Where in the statement does it say so?
def is_write(sql):
    return words_of(sql)[:1] not in (["SELECT"], ["SHOW"], ["VALUES"], ["TABLE"])


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
