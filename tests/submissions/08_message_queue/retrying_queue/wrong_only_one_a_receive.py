# loses: retrying_queue_hidden_2
# puts aside one message at each receive, though several have been given up
# asks: Two messages are given up at the same time. How many are put aside at the next receive?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] >= self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id]))
                self.ack(id)
                break
        return super().receive(now)
