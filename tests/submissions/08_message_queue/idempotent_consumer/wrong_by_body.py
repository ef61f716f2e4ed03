# loses: idempotent_consumer_check
# knows a message by its body: two users who do the same thing count once
# asks: Two users send the same words. How many messages is that?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.body in self.known:
            return False
        self.apply(message.body)
        self.known.add(message.body)
        return True
