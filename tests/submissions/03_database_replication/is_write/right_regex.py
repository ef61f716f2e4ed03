WRITES = "INSERT UPDATE DELETE MERGE REPLACE TRUNCATE CREATE ALTER DROP".split()


def is_write(sql):
    text = re.sub(r"""'(?:''|[^'])*'|"(?:""|[^"])*"|--.*|/\*[\s\S]*?\*/""", " ", sql)
    while "(" in text:
        text = re.sub(r"\([^()]*\)", " ", text)
    words = [word.lower() for word in re.findall(r"[A-Za-z_0-9]+", text)]
    if words[0] == "with":
        starts = [w.lower() for w in WRITES] + ["select"]
        words = words[next((i for i, w in enumerate(words) if w in starts), 0) :]
    if words[0] == "select":
        text = " ".join(words) + " "
        return " for update " in text or " for share " in text
    return words[0].upper() in WRITES


class Router:
    """Sends writes to the primary, reads to the replicas in turn."""

    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        self.last = -1  # place of the replica used last

    def route(self, sql):
        """Return the database that runs the statement; raise PrimaryDown if none can."""
        if not is_write(sql):
            count = len(self.replicas)
            for step in range(1, count + 1):
                place = (self.last + step) % count
                if self.replicas[place].online:
                    self.last = place
                    return self.replicas[place]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
