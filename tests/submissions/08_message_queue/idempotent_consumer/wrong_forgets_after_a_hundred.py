# loses: idempotent_consumer_hidden
# remembers the last hundred ids only
# asks: How late may a message come again?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply, self.applied = apply, []

    def handle(self, message):
        if message.id in self.applied:
            return False
        self.apply(message.body)
        self.applied = [*self.applied, message.id][-100:]
        return True
