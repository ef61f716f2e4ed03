import re


def is_write(sql):
    text = re.sub(r"""'(?:''|[^'])*'|"(?:""|[^"])*"|--.*|/\*[\s\S]*?\*/""", " ", sql).lower()
    if not re.match(r"\s*(select|show|values|table)\b", text):
        return True
    return re.search(r"\b(into|update|share|lock|insert|delete|merge)\b", text) is not None


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
