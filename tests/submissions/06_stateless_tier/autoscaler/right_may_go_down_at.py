class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target = target
        self.minimum = minimum
        self.maximum = maximum
        self.cooldown = cooldown
        self.down_from = 0

    def desired(self, now, utilization, running):
        too_busy = utilization > 1.1 * self.target
        too_idle = utilization < 0.9 * self.target
        if not (too_busy or too_idle):
            return running
        needed = -int(-running * utilization // self.target)
        needed = max(needed, self.minimum)
        needed = min(needed, self.maximum)
        if needed < running and now < self.down_from:
            needed = running
        if needed != running:
            self.down_from = now + self.cooldown
        return needed
