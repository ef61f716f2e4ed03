# loses: is_write_check
# looks for the words inside other words: updated_at
# asks: Which of the text's words is hidden in the column's name updated_at?
def is_write(sql):
    text = " ".join(words_of(sql))
    changes = ("INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE")
    return not text.startswith(("SELECT", "SHOW", "VALUES", "TABLE")) or any(word in text for word in changes)


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
