# loses: idempotent_consumer_hidden
# skips all that comes a second time, even if the first time failed before it was applied
# asks: A message comes a second time because the first time failed. Has it taken effect?
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
