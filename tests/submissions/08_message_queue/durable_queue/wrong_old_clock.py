# loses: durable_queue_check
# a message is visible from the time of its publish on, and that time is kept over the crash
# asks: The queue restarts and its clock begins anew. When are old messages visible?
class DurableQueue:
    def __init__(self, path, visibility_timeout):
        self.path, self.timeout, self.last, self.rows = path, visibility_timeout, 0, {}
        content = Path(path).read_bytes() if os.path.exists(path) else b""
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines():
            number, *rest = json.loads(line)
            self.last = max(self.last, number)
            if rest:
                self.rows[number] = [*rest, 0]
            else:
                del self.rows[number]
        if content != whole:
            os.truncate(path, len(whole))

    def append(self, *row):
        with open(self.path, "ab") as file:
            file.write(json.dumps(row).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def publish(self, body, now):
        self.last += 1
        self.append(self.last, body, now)
        self.rows[self.last] = [body, now, 0]
        return self.last

    def receive(self, now):
        for id, row in self.rows.items():
            if row[1] <= now:
                row[1:] = [now + self.timeout, row[2] + 1]
                return Message(id, row[0], row[2])

    def ack(self, id):
        if id not in self.rows:
            return False
        self.append(id)
        del self.rows[id]
        return True

    def __len__(self):
        return len(self.rows)
