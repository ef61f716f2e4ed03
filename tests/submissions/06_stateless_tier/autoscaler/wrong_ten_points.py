# loses: autoscaler_hidden
# ten percentage points instead of ten percent of the target
# asks: The target is 0.5. How much is ten per cent of it?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1:
            return running
        wanted = min(self.maximum, max(self.minimum, math.ceil(running * utilization / self.target)))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
