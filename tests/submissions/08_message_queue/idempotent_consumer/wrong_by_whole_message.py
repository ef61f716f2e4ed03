# loses: idempotent_consumer_check
# compares the whole message: when it comes again its number of receives is another
# asks: The same message comes again. Which parts of it are the same, and which are not?
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
