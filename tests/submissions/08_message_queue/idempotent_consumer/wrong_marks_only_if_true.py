# loses: idempotent_consumer_check
# notes the id only if apply returns something true
# asks: apply worked, and returned nothing. Has the message taken effect?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.id in self.known:
            return False
        if self.apply(message.body):
            self.known.add(message.id)
        return True
