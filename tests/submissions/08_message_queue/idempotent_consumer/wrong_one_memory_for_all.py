# loses: idempotent_consumer_hidden
# the memory belongs to the class: two consumers share it
# asks: Make two consumers and give one of them a message. What does the other know?
class IdempotentConsumer:
    known = set()

    def __init__(self, apply):
        self.apply = apply

    def handle(self, message):
        if message.id in self.known:
            return False
        self.apply(message.body)
        self.known.add(message.id)
        return True
