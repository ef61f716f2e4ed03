# loses: durable_queue_hidden
# reads the file as text: a letter that a crash has cut in half cannot be decoded
# asks: A crash has cut a letter of two bytes in half. Can your file still be read as text?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path = path
        self.queue = MessageQueue(visibility_timeout)
        content = Path(path).read_text(encoding="utf-8") if os.path.exists(path) else ""
        whole = content[: content.rfind("\n") + 1]
        for line in whole.splitlines():
            kind, value = json.loads(line)
            if kind == "publish":
                self.queue.publish(value, now=0)
            else:
                self.queue.ack(value)
        if len(whole) < len(content):
            os.truncate(path, len(whole.encode()))

    def write(self, *record):
        with open(self.path, "ab") as file:
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
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
