# loses: retrying_queue_check_2
# puts a message aside while its last delivery is still being worked on
# asks: A worker has the message for the last allowed time. Might it still succeed?
class RetryingQueue(MessageQueue):
    def __init__(self, visibility_timeout, max_receives):
        super().__init__(visibility_timeout)
        self.max_receives = max_receives
        self.dead_letters = []

    def receive(self, now):
        message = super().receive(now)
        if message and message.receives == self.max_receives:
            self.dead_letters.append(message)
            self.ack(message.id)
        return message
