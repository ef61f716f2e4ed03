# loses: autoscaler_hidden_3
# takes the start (0 s) for a change: the first step down has to wait
# asks: At the start nothing has changed yet. Must the first step down wait?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = None

    def desired(self, now, utilization, running):
        if self.changed_at is None:
            self.changed_at = now
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = min(self.maximum, max(self.minimum, math.ceil(running * utilization / self.target)))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
