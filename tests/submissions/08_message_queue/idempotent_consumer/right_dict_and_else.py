class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = {}

    def handle(self, message):
        new = not self.known.get(message.id, False)
        if new:
            self.apply(message.body)
            self.known[message.id] = True
        return new
