# loses: retrying_queue_check
# delivers once more than allowed
# asks: Three deliveries are allowed. How often does your message go out?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] > self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id]))
                self.ack(id)
        return super().receive(now)
