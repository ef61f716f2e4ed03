# loses: retrying_queue_check
# counts putting aside as a delivery
# asks: A message is put aside. Was that a delivery?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] >= self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id] + 1))
                self.ack(id)
        return super().receive(now)
