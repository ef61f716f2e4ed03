# loses: retrying_queue_hidden_2
# returns None when it has put a message aside, though others are waiting
# asks: You have put a message aside. Is anybody else waiting?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        found = False
        for id in sorted(self.visible_at):
            if self.visible_at[id] <= now and self.receives[id] >= self.max_receives:
                self.dead_letters.append(Message(id, self.bodies[id], self.receives[id]))
                self.ack(id)
                found = True
        return None if found else super().receive(now)
