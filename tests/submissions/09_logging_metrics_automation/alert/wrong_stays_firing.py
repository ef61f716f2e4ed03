# loses: alert_check
# once it fires, it fires for ever
# asks: The value has gone down again. What should the alert say?
class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.since = None

    def update(self, now, value):
        if self.since == "fired":
            return "firing"
        if not value > self.threshold:
            self.since = None
            return "ok"
        if self.since is None:
            self.since = now
        if now - self.since >= self.for_seconds:
            self.since = "fired"
            return "firing"
        return "pending"
