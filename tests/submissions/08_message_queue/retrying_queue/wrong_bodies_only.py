# loses: retrying_queue_check
# keeps the bodies of dead letters only, not the messages
# asks: Somebody looks into the dead letters. What do they need to know besides the body?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] >= self.max_receives:
                self.dead_letters.append(self.bodies[id])
                self.ack(id)
        return super().receive(now)
