class DurableQueue:
    """No MessageQueue inside: lines like `17 +"body"` and `17 -`; the descriptor stays open."""

    def __init__(self, path, visibility_timeout):
        self.timeout, self.live, self.last = visibility_timeout, {}, 0
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        content = b""
        while block := os.read(self.descriptor, 65536):
            content += block
        end = 0
        for line in content.split(b"\n")[:-1]:
            end += len(line) + 1
            number, _, rest = line.decode("ascii").partition(" ")
            self.last = max(self.last, int(number))
            if rest[0] == "+":
                self.live[int(number)] = [json.loads(rest[1:]), 0, None]
            else:
                del self.live[int(number)]
        os.ftruncate(self.descriptor, end)
        os.lseek(self.descriptor, end, os.SEEK_SET)

    def _sync(self, text):
        os.write(self.descriptor, text.encode("ascii"))
        os.fsync(self.descriptor)

    def publish(self, body, now):
        self.last += 1
        self._sync(f"{self.last} +{json.dumps(body)}\n")
        self.live[self.last] = [body, 0, None]
        return self.last

    def receive(self, now):
        for id, message in self.live.items():
            if message[2] is None or now - message[2] >= self.timeout:
                message[1] += 1
                message[2] = now
                return Message(id, message[0], message[1])

    def ack(self, id):
        if id not in self.live:
            return False
        self._sync(f"{id} -\n")
        del self.live[id]
        return True

    def __len__(self):
        return len(self.live)
