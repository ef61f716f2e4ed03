# loses: alert_hidden
# a run that begins at 0 s seems not to have begun
# asks: A run began at 0 s. Does your code take that for a time?
class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.since = None

    def update(self, now, value):
        if not value > self.threshold:
            self.since = None
            return "ok"
        if not self.since:
            self.since = now
        if now - self.since >= self.for_seconds:
            return "firing"
        return "pending"
