# loses: autoscaler_check
# reacts to every percent
# asks: The load is one per cent above the target. Is that worth a new server?
class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        wanted = min(self.maximum, max(self.minimum, math.ceil(running * utilization / self.target)))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
