# loses: autoscaler_check_3
# the pause counts from the last change downwards only
# asks: You went up a moment ago, and now the load falls. Is that too soon?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = min(self.maximum, max(self.minimum, math.ceil(running * utilization / self.target)))
        if wanted < running:
            if now - self.changed_at < self.cooldown:
                return running
            self.changed_at = now
        return wanted
