# loses: autoscaler_check_2
# within the tolerance it forces `running` into the bounds
# asks: The load is within the tolerance. Should anything change?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        wanted = running
        if abs(utilization - self.target) > 0.1 * self.target:
            wanted = math.ceil(running * utilization / self.target)
        wanted = min(self.maximum, max(self.minimum, wanted))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
