def is_write(sql):
    """Character by character: no regular expressions."""
    words, word, depth, place = [], "", 0, 0

    def end():
        nonlocal word
        if word and depth == 0:
            words.append(word.upper())
        word = ""

    while place < len(sql):
        two, one = sql[place : place + 2], sql[place]
        if two == "--":
            end()
            while place < len(sql) and sql[place] != "\n":
                place += 1
        elif two == "/*":
            end()
            place = sql.index("*/", place + 2) + 2
        elif one in "'\"":
            end()
            place = sql.index(one, place + 1) + 1
        else:
            if one.isalnum() or one == "_":
                word += one
            else:
                end()
                depth += (one == "(") - (one == ")")
            place += 1
    end()
    starts = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "CREATE", "ALTER", "DROP"}
    if words[0] == "WITH":
        while words and words[0] not in starts and words[0] != "SELECT":
            words.pop(0)
    if not words:
        return False
    if words[0] != "SELECT":
        return words[0] in starts
    for first, second in zip(words, words[1:]):
        if first == "FOR" and second in ("UPDATE", "SHARE"):
            return True
    return False


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
