class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold, self.for_seconds = threshold, for_seconds
        self.fires_at = math.inf

    def update(self, now, value):
        if value <= self.threshold:
            self.fires_at = math.inf
        else:
            self.fires_at = min(self.fires_at, now + self.for_seconds)
        if self.fires_at == math.inf:
            return "ok"
        return "pending" if now < self.fires_at else "firing"
