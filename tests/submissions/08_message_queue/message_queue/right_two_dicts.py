class MessageQueue:
    def __init__(self, visibility_timeout):
        self.timeout, self.published, self.waiting, self.in_flight = visibility_timeout, 0, {}, {}

    def publish(self, body, now):
        id = str(self.published)
        self.published += 1
        self.waiting[id] = (body, 0)
        return id

    def receive(self, now):
        back = [id for id, (_, _, until) in self.in_flight.items() if until <= now]
        for id in back:
            body, receives, _ = self.in_flight.pop(id)
            self.waiting[id] = (body, receives)
        if not self.waiting:
            return None
        id = min(self.waiting, key=int)
        body, receives = self.waiting.pop(id)
        self.in_flight[id] = (body, receives + 1, now + self.timeout)
        return Message(id, body, receives + 1)

    def ack(self, id):
        if id in self.waiting:
            del self.waiting[id]
            return True
        return self.in_flight.pop(id, None) is not None

    def __len__(self):
        return len(self.waiting) + len(self.in_flight)
