from collections import deque


def is_write(sql):
    match words_of(sql):
        case ["SELECT" | "SHOW" | "VALUES" | "TABLE", *others]:
            return bool(set("INTO UPDATE SHARE LOCK INSERT DELETE MERGE".split()) & set(others))
    return True


class Router:
    def __init__(self, primary, replicas):
        self.primary, self.line = primary, deque(replicas)

    def route(self, sql):
        for _ in range(0 if is_write(sql) else len(self.line)):
            self.line.rotate(-1)
            if self.line[-1].online:
                return self.line[-1]
        if self.primary.online:
            return self.primary
        raise PrimaryDown(f"nobody can run {sql!r}")
