# loses: durable_queue_hidden
# the ignored line gets its newline from the next publish, and counts after the next crash
# asks: You ignored half a line. After the next publish, is it still half?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        self.cut = bool(content) and not content.endswith(b"\n")
        for line in content.split(b"\n")[:-1]:
            try:
                kind, value = json.loads(line)
            except ValueError:  # what a crash left of a line
                continue
            if kind == "publish":
                self.queue.publish(value, now=0)
            else:
                self.queue.ack(value)

    def write(self, *record):
        with open(self.path, "ab") as file:
            file.write(b"\n" * self.cut + json.dumps(record).encode() + b"\n")
            self.cut = False
            file.flush()
            os.fsync(file.fileno())

    def publish(self, body, now):
        self.write("publish", body)
        return self.queue.publish(body, now)

    def receive(self, now):
        return self.queue.receive(now)

    def ack(self, id):
        known = self.queue.ack(id)
        if known:
            self.write("ack", id)
        return known

    def __len__(self):
        return len(self.queue)
