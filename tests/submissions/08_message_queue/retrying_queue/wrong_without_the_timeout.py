# loses: retrying_queue_check_2
# does not wait for the last timeout: a delivery in progress is put aside
# asks: A worker has the message right now. Is it time to give it up?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        for id in sorted(self.visible_at):
            if self.receives[id] >= self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id]))
                self.ack(id)
        return super().receive(now)
