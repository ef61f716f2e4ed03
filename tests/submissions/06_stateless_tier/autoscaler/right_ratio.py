class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.cooldown = target, cooldown
        self.bounds = minimum, maximum
        self.last = None

    def desired(self, now, utilization, running):
        ratio = utilization / self.target
        if 0.9 <= ratio <= 1.1:
            return running
        low, high = self.bounds
        goal = sorted((low, math.ceil(running * ratio), high))[1]
        if goal > running or (
            goal < running and (self.last is None or now - self.last >= self.cooldown)
        ):
            self.last = now
            return goal
        return running
