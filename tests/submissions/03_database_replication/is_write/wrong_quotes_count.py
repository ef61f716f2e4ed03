# loses: is_write_check
# what stands in quotes counts
# asks: A user's comment contains the word DELETE. Does the database delete anything?
import re


def is_write(sql):
    words = re.findall(r"\w+", re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL).upper())
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)


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
