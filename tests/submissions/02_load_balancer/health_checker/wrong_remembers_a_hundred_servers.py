# loses: health_checker_hidden
# forgets the server it has known longest when there are more than a hundred
# asks: How many servers may the checker watch?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.known = {}  # name → (healthy, contrary probes in a row)

    def observe(self, name, ok):
        healthy, contrary = self.known.get(name, (True, 0))
        contrary = 0 if ok == healthy else contrary + 1
        if contrary == (self.rise if ok else self.fall):
            healthy, contrary = ok, 0
        self.known[name] = healthy, contrary
        if len(self.known) > 100:
            self.known.pop(next(iter(self.known)))

    def is_healthy(self, name):
        return self.known.get(name, (True, 0))[0]
