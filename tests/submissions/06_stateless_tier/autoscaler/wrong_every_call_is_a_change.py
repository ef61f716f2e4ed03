# loses: autoscaler_hidden_3
# a call that wants more but stays at the maximum starts the pause again
# asks: It wants more, but stays where it is. Has anything changed?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = min(self.maximum, max(self.minimum, math.ceil(running * utilization / self.target)))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        self.changed_at = now
        return wanted
