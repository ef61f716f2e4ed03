class IdempotentConsumer:
    def __init__(self, apply):
        done = []

        def handle(message):
            if message.id not in done:
                apply(message.body)
                done.append(message.id)
                return True
            return False

        self.handle = handle
