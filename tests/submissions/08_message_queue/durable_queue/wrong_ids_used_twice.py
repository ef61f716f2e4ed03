# loses: durable_queue_hidden_2
# counts on from the largest id that is left: the id of a message that was acked is given out again
# asks: The newest message was acked. After a restart, which id does the next one get?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        whole = content[: content.rfind(b"\n") + 1]
        self.live, self.receives, self.until, self.timeout = {}, {}, {}, visibility_timeout
        for line in whole.splitlines():
            kind, id, body = json.loads(line)
            if kind == "publish":
                self.live[id] = body
            else:
                self.live.pop(id)
        self.next = max(self.live, default=0) + 1
        if len(whole) < len(content):
            os.truncate(path, len(whole))

    def write(self, *record):
        with open(self.path, "ab") as file:
            file.write(json.dumps(record).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def publish(self, body, now):
        id, self.next = self.next, self.next + 1
        self.write("publish", id, body)
        self.live[id] = body
        return id

    def receive(self, now):
        for id in self.live:
            if now >= self.until.get(id, now):
                self.until[id] = now + self.timeout
                self.receives[id] = self.receives.get(id, 0) + 1
                return Message(id, self.live[id], self.receives[id])

    def ack(self, id):
        if self.live.pop(id, None) is None:
            return False
        self.write("ack", id, "")
        return True

    def __len__(self):
        return len(self.live)
