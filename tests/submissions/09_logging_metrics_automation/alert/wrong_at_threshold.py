# loses: alert_check
# at the threshold counts as above
# asks: The value is exactly the threshold. Is it above?
class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.since = None

    def update(self, now, value):
        if not value >= self.threshold:
            self.since = None
            return "ok"
        if self.since is None:
            self.since = now
        if now - self.since >= self.for_seconds:
            return "firing"
        return "pending"
