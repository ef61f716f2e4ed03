# loses: idempotent_consumer_hidden
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.receives > 1:
            return False
        self.apply(message.body)
        self.known.add(message.id)
        return True
