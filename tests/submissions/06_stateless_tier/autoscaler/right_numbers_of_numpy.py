import math

import numpy as np


class Autoscaler:

    def __init__(self, target, minimum, maximum, cooldown):
        self.target = target
        self.minimum = minimum
        self.maximum = maximum
        self.cooldown = cooldown
        self.changed_at = -math.inf  # the time of the last change: none yet

    def desired(self, now, utilization, running):
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = np.clip(math.ceil(running * utilization / self.target), self.minimum, self.maximum)
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
