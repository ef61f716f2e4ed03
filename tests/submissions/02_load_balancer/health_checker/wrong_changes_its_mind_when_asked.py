# loses: health_checker_hidden
# looks at the count only when it is asked: a row that nobody asked about is lost
# asks: Nobody asks for an hour while probes fail and succeed. What do you still know of them?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.streak, self.state = {}, {}

    def observe(self, name, ok):
        streak = self.streak.get(name, 0)
        self.streak[name] = max(streak, 0) + 1 if ok else min(streak, 0) - 1

    def is_healthy(self, name):
        streak = self.streak.get(name, 0)
        if streak >= self.rise:
            self.state[name] = True
        elif streak <= -self.fall:
            self.state[name] = False
        return self.state.get(name, True)
