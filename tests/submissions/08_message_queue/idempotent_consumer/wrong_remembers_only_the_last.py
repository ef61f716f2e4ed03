# loses: idempotent_consumer_check
# remembers the last id only
# asks: Messages come a, b, a. What do you know when a comes again?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.id in self.known:
            return False
        self.apply(message.body)
        self.known = {message.id}
        return True
