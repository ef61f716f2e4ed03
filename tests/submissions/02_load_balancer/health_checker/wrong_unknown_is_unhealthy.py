# loses: health_checker_check
# a server never heard of counts as unhealthy
# asks: A server was never probed. What does the text assume of it?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.streak, self.state = {}, {}

    def observe(self, name, ok):
        self.state.setdefault(name, True)
        streak = self.streak.get(name, 0)
        streak = max(streak, 0) + 1 if ok else min(streak, 0) - 1
        self.streak[name] = streak
        if streak >= self.rise:
            self.state[name] = True
        elif streak <= -self.fall:
            self.state[name] = False

    def is_healthy(self, name):
        return self.state.get(name, False)
