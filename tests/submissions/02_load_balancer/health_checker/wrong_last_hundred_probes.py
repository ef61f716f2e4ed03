# loses: health_checker_hidden
# keeps the last hundred probes of a server: a row of more is never seen
# asks: What if fall is larger than the number of probes that you keep?
from collections import defaultdict, deque


class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.probes = defaultdict(lambda: deque(maxlen=100))
        self.down = set()

    def observe(self, name, ok):
        probes = self.probes[name]
        probes.append(ok)
        latest = list(probes)
        if len(latest) >= self.fall and not any(latest[-self.fall :]):
            self.down.add(name)
        if len(latest) >= self.rise and all(latest[-self.rise :]):
            self.down.discard(name)

    def is_healthy(self, name):
        return name not in self.down
