# loses: autoscaler_check
# one more, or one less, whatever the need
# asks: The load has tripled. How many calls does it take you to get there?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        if utilization > self.target:
            wanted = min(self.maximum, running + 1)
        else:
            wanted = max(self.minimum, running - 1)
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
