class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.run = []

    def update(self, now, value):
        self.run = [*self.run, now] if value > self.threshold else []
        if self.run:
            return "firing" if self.run[-1] - self.run[0] >= self.for_seconds else "pending"
        return "ok"
