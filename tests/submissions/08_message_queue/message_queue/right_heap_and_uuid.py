import heapq
import uuid


class MessageQueue:
    def __init__(self, visibility_timeout):
        self.visibility_timeout = visibility_timeout
        self.count = 0
        self.ready = []  # heap of (number, id)
        self.hidden = []  # heap of (until, number, id)
        self.live = {}  # id -> [body, receives]

    def publish(self, body, now):
        id = uuid.uuid4().hex
        self.count += 1
        self.live[id] = [body, 0]
        heapq.heappush(self.ready, (self.count, id))
        return id

    def receive(self, now):
        while self.hidden and self.hidden[0][0] <= now:
            _, number, id = heapq.heappop(self.hidden)
            heapq.heappush(self.ready, (number, id))
        while self.ready:
            number, id = heapq.heappop(self.ready)
            if id in self.live:
                self.live[id][1] += 1
                heapq.heappush(self.hidden, (now + self.visibility_timeout, number, id))
                return Message(id, *self.live[id])

    def ack(self, id):
        return self.live.pop(id, None) is not None

    def __len__(self):
        return len(self.live)
