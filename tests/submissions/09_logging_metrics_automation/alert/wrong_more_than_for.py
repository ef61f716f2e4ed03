# loses: alert_check
# fires only after more than for_seconds
# asks: It has been above for exactly for_seconds. Does it fire?
class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.since = None

    def update(self, now, value):
        if not value > self.threshold:
            self.since = None
            return "ok"
        if self.since is None:
            self.since = now
        if now - self.since > self.for_seconds:
            return "firing"
        return "pending"
