# loses: message_queue_hidden
# a message goes to the end of the line when it is delivered: later ones overtake it
# asks: A message was not acked in time. Is it younger than those behind it now?
class MessageQueue:
    def __init__(self, visibility_timeout):
        self.visibility_timeout = visibility_timeout
        self.messages = []  # [id, body, receives, visible from]
        self.next_id = 1

    def publish(self, body, now):
        self.messages.append([self.next_id, body, 0, now])
        self.next_id += 1
        return self.next_id - 1

    def receive(self, now):
        for message in self.messages:
            if message[3] <= now:
                self.messages.remove(message)
                self.messages.append(message)
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
