# loses: retrying_queue_hidden_2
# the dead letters belong to the class: two queues share them
# asks: Make two queues. Whose dead letters does each of them show?
class RetryingQueue(MessageQueue):
    dead_letters = []

    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] >= self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id]))
                self.ack(id)
        return super().receive(now)
