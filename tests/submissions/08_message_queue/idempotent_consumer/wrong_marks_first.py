# loses: idempotent_consumer_hidden
# notes the id before it applies: if that fails, the message never takes effect
# asks: apply fails after you have noted the id. What happens when the message comes again?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.id in self.known:
            return False
        self.known.add(message.id)
        self.apply(message.body)
        return True
