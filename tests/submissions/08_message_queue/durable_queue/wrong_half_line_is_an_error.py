# loses: durable_queue_check_2
# a half-written last line raises an error at the next start
# asks: The machine died in the middle of a line. Should the queue still start?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        whole = content
        for line in whole.splitlines():
            kind, value = json.loads(line)
            if kind == "publish":
                self.queue.publish(value, now=0)
            else:
                self.queue.ack(value)
        if len(whole) < len(content):
            os.truncate(path, len(whole))

    def write(self, *record):
        with open(self.path, "ab") as file:
            file.write(json.dumps(record).encode() + b"\n")
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
