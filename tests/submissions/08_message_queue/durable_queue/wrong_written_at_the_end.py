# loses: durable_queue_check
# collects records and writes them eight at a time: a crash loses those that were confirmed
# asks: publish has returned and the machine dies. Is the message in the file?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines():
            kind, value = json.loads(line)
            if kind == "publish":
                self.queue.publish(value, now=0)
            else:
                self.queue.ack(value)
        if len(whole) < len(content):
            os.truncate(path, len(whole))

    def write(self, *record):
        self.lines = [*getattr(self, "lines", []), json.dumps(record).encode() + b"\n"]
        if len(self.lines) >= 8:
            with open(self.path, "ab") as file:
                file.writelines(self.lines)
                file.flush()
                os.fsync(file.fileno())
            self.lines = []

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
