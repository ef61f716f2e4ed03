# loses: retrying_queue_check
# keeps the dead letters in the queue: they still count in its length
# asks: A message has been put aside. Is it still waiting in the queue?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] >= self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id]))
                self.visible_at[id] = math.inf
                self.receives[id] = -1
        return super().receive(now)
