# loses: durable_queue_check
# numbers the messages that are left anew: an id means another message after a crash
# asks: A worker acks an id that it got before the crash. Which message does it mean now?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        whole = content[: content.rfind(b"\n") + 1]
        lines = [json.loads(line) for line in whole.splitlines()]
        acked = {value for kind, value in lines if kind == "ack"}
        bodies = [value for kind, value in lines if kind == "publish"]
        for number, body in enumerate(bodies, start=1):
            if number not in acked:
                self.queue.publish(body, now=0)
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
