class RetryingQueue:
    """A MessageQueue inside, and the last delivery of each message with its time."""

    def __init__(self, visibility_timeout, max_receives):
        self.queue = MessageQueue(visibility_timeout)
        self.timeout, self.max_receives = visibility_timeout, max_receives
        self.order, self.last, self.dead_letters = [], {}, []

    def publish(self, body, now):
        self.order.append(self.queue.publish(body, now))
        return self.order[-1]

    def receive(self, now):
        for id in list(self.order):
            if id in self.last:
                message, time = self.last[id]
                if message.receives == self.max_receives and now >= time + self.timeout:
                    self.dead_letters.append(message)
                    self.ack(id)
        message = self.queue.receive(now)
        if message:
            self.last[message.id] = (message, now)
        return message

    def ack(self, id):
        if id in self.order:
            self.order.remove(id)
        self.last.pop(id, None)
        return self.queue.ack(id)

    def __len__(self):
        return len(self.queue)
