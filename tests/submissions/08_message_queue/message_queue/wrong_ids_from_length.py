# loses: message_queue_hidden
# makes ids from the number of messages: they repeat after an ack
# asks: Publish twice, ack the first, publish again. Are the ids all different?
class MessageQueue:
    def __init__(self, visibility_timeout):
        self.visibility_timeout = visibility_timeout
        self.messages = []  # [id, body, receives, visible from]
        self.next_id = 1

    def publish(self, body, now):
        self.messages.append([len(self.messages), body, 0, now])
        return len(self.messages) - 1

    def receive(self, now):
        for message in self.messages:
            if message[3] <= now:
                message[2] += 1
                message[3] = now + self.visibility_timeout
                return Message(*message[:3])
        return None

    def ack(self, id):
        for message in self.messages:
            if message[0] == id:
                self.messages.remove(message)
                return True
        return False

    def __len__(self):
        return len(self.messages)
