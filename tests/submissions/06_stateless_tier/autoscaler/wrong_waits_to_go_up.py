# loses: autoscaler_check_3
# the cooldown holds for both directions
# asks: Users are waiting, and the last change was a moment ago. Which way may not wait?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        if now - self.changed_at < self.cooldown:
            return running
        wanted = min(self.maximum, max(self.minimum, math.ceil(running * utilization / self.target)))
        if wanted != running:
            self.changed_at = now
        return wanted
