# loses: idempotent_consumer_hidden
# catches the error of apply: the worker takes it for done, and acks
# asks: apply has failed. What does the worker do next if it hears nothing?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.id in self.known:
            return False
        try:
            self.apply(message.body)
        except Exception:
            return False
        self.known.add(message.id)
        return True
