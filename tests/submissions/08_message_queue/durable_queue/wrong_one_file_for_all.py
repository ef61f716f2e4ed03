# loses: durable_queue_hidden_2
# the path is kept in the class: a second queue writes into the file of the first
# asks: Make two queues with two paths. Into which file does each one write?
class DurableQueue(MessageQueue):
    """P<hex of the body> and A<id>, one a line."""

    def __init__(self, path, visibility_timeout):
        super().__init__(visibility_timeout)
        type(self).path = Path(path)
        self.path.touch()
        lines = self.path.read_bytes().split(b"\n")
        half = lines.pop()
        for line in lines:
            if line[:1] == b"P":
                super().publish(bytes.fromhex(line[1:].decode()).decode(), 0)
            else:
                super().ack(int(line[1:]))
        if half:
            with self.path.open("rb+") as file:
                file.truncate(self.path.stat().st_size - len(half))

    def log(self, line):
        with self.path.open("a") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def publish(self, body, now):
        self.log("P" + body.encode().hex())
        return super().publish(body, now)

    def ack(self, id):
        if not super().ack(id):
            return False
        self.log(f"A{id}")
        return True
