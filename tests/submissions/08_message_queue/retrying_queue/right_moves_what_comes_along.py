class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        while True:
            message = super().receive(now)
            if message is None or message.receives <= self.max_receives:
                return message
            self.dead_letters.append(Message(message.id, message.body, self.max_receives))
            self.ack(message.id)
