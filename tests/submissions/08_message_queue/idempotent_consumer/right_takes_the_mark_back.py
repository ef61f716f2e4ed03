class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.id in self.known:
            return False
        self.known.add(message.id)
        try:
            self.apply(message.body)
        except BaseException:
            self.known.discard(message.id)
            raise
        return True
