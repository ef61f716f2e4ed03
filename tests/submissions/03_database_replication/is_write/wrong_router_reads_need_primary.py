# loses: is_write_hidden_3
# raises for reads too when the primary is down

def is_write(sql):
    """Return whether one SQL statement must run on the primary."""
    text = re.sub(r"'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    brackets = 1
    while brackets:
        text, brackets = re.subn(r"\([^()]*\)", " ", text)
    words = re.findall(r"\w+", text.upper())
    writes = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "CREATE", "ALTER", "DROP"}
    if words[0] == "WITH":
        words = [word for word in words if word not in ("WITH", "AS")]
        while words and words[0] not in writes | {"SELECT"}:
            words.pop(0)
    if words and words[0] == "SELECT":
        return re.search(r"\bFOR (UPDATE|SHARE)\b", " ".join(words)) is not None
    return bool(words) and words[0] in writes


class Router:
    def __init__(self, primary, replicas):
        self.primary, self.replicas = primary, replicas
        self.last = -1

    def route(self, sql):
        if not self.primary.online:
            raise PrimaryDown
        if not is_write(sql):
            for step in range(1, len(self.replicas) + 1):
                place = (self.last + step) % len(self.replicas)
                if self.replicas[place].online:
                    self.last = place
                    return self.replicas[place]
        return self.primary
