# loses: health_checker_check_2
# a failure among the successes of an unhealthy server does not reset their count
# asks: An unhealthy server answers, fails, and answers again. How many answers in a row is that?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.failures, self.successes, self.down = {}, {}, set()

    def observe(self, name, ok):
        if name in self.down:
            self.successes[name] = self.successes.get(name, 0) + ok
            if self.successes[name] >= self.rise:
                self.down.discard(name)
                self.failures[name] = 0
        else:
            self.failures[name] = 0 if ok else self.failures.get(name, 0) + 1
            if self.failures[name] >= self.fall:
                self.down.add(name)
                self.successes[name] = 0

    def is_healthy(self, name):
        return name not in self.down
