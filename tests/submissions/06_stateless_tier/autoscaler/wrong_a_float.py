# loses: autoscaler_hidden
# numpy's ceil gives 8.0: there is no such thing as 8.0 servers
# asks: Which type does a number of servers have?
import numpy as np


class Autoscaler:
    def __init__(self, target, minimum, maximum, cooldown):
        self.target, self.minimum, self.maximum, self.cooldown = target, minimum, maximum, cooldown
        self.changed_at = -math.inf

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = np.ceil(running * utilization / self.target)
        wanted = float(min(self.maximum, max(self.minimum, wanted)))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
