# loses: autoscaler_hidden
# a limit of its own: never more than 100, whatever the maximum
# asks: The maximum is 500. How many servers can there be?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = math.ceil(running * utilization / self.target)
        wanted = min(self.maximum, 100, max(self.minimum, wanted))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
