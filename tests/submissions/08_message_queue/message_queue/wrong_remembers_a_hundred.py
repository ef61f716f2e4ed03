# loses: message_queue_hidden
# looks at the first fifty messages only
# asks: How many messages may be in front?
from itertools import islice


class MessageQueue:
    def __init__(self, visibility_timeout):
        self.timeout, self.rows, self.count = visibility_timeout, {}, 0

    def publish(self, body, now):
        self.count += 1
        self.rows[self.count] = [body, 0, None]
        return self.count

    def receive(self, now):
        for id, row in islice(self.rows.items(), 50):
            if row[2] is None or now >= row[2] + self.timeout:
                row[1], row[2] = row[1] + 1, now
                return Message(id, row[0], row[1])
        return None

    def ack(self, id):
        return self.rows.pop(id, None) is not None

    def __len__(self):
        return len(self.rows)
