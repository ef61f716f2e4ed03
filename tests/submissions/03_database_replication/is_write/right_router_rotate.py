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
        self.primary = primary
        self.order = list(replicas)

    def route(self, sql):
        chosen = None
        if not is_write(sql):
            chosen = next((node for node in self.order if node.online), None)
        if chosen is None:
            if not self.primary.online:
                raise PrimaryDown("nobody can take this")
            return self.primary
        place = next(n for n, node in enumerate(self.order) if node is chosen)
        self.order = self.order[place + 1 :] + self.order[: place + 1]
        return chosen
