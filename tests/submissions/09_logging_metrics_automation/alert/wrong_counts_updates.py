# loses: alert_check
# takes every step for ten seconds
# asks: Two updates are a minute apart. How long has it been above?
class Alert:
    def __init__(self, threshold, for_seconds):
        self.threshold, self.for_seconds, self.above = threshold, for_seconds, 0

    def update(self, now, value):
        if value <= self.threshold:
            self.above = 0
            return "ok"
        self.above += 1
        return "firing" if (self.above - 1) * 10 >= self.for_seconds else "pending"
