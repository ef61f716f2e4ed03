# loses: alert_hidden
# the first update above is pending, also with for_seconds=0
# asks: for_seconds is 0. How long must it be above before it fires?
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
            return "pending"
        if now - self.since >= self.for_seconds:
            return "firing"
        return "pending"
