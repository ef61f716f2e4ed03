class RetryingQueue:
    def __init__(self, visibility_timeout, max_receives):
        self.timeout, self.most = visibility_timeout, max_receives
        self.rows, self.published, self.dead_letters = [], 0, []

    def publish(self, body, now):
        self.published += 1
        self.rows.append({"id": self.published, "body": body, "receives": 0, "from": now})
        return self.published

    def receive(self, now):
        visible = [row for row in self.rows if row["from"] <= now]
        dead = [row for row in visible if row["receives"] == self.most]
        self.dead_letters += [Message(row["id"], row["body"], row["receives"]) for row in dead]
        self.rows = [row for row in self.rows if row not in dead]
        for row in visible:
            if row not in dead:
                row["receives"] += 1
                row["from"] = now + self.timeout
                return Message(row["id"], row["body"], row["receives"])
        return None

    def ack(self, id):
        before = len(self.rows)
        self.rows = [row for row in self.rows if row["id"] != id]
        return len(self.rows) < before

    def __len__(self):
        return len(self.rows)
