# loses: idempotent_consumer_check
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message in self.known:
            return False
        self.apply(message.body)
        self.known.add(message)
        return True
