# loses: idempotent_consumer_check
# returns what apply returns instead of True
# asks: What should the caller learn from your answer?
class IdempotentConsumer:
    def __init__(self, apply):
        self.apply = apply
        self.known = set()

    def handle(self, message):
        if message.id in self.known:
            return False
        result = self.apply(message.body)
        self.known.add(message.id)
        return result
