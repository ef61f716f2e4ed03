# loses: alert_check
# a break does not end the run
# asks: Above, below, above again. When did the run begin?
class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.since = None

    def update(self, now, value):
        if not value > self.threshold:
            return "ok"
        if self.since is None:
            self.since = now
        if now - self.since >= self.for_seconds:
            return "firing"
        return "pending"
