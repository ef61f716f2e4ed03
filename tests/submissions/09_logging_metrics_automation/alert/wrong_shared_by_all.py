# loses: alert_hidden
# all alerts share one memory
# asks: Make two alerts and update one. What does the other know?
class Alert:
    since = {}

    def __init__(self, threshold, for_seconds):
        self.threshold, self.for_seconds = threshold, for_seconds

    def update(self, now, value):
        if value <= self.threshold:
            self.since.clear()
            return "ok"
        start = self.since.setdefault("start", now)
        return "firing" if now - start >= self.for_seconds else "pending"
