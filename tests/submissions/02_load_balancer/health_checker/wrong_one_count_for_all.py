# loses: health_checker_hidden
# one count for all servers: their probes are mixed up
# asks: Server a fails twice and b once. Which of them has failed three times?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.streak, self.state = 0, {}

    def observe(self, name, ok):
        self.streak = max(self.streak, 0) + 1 if ok else min(self.streak, 0) - 1
        if self.streak >= self.rise:
            self.state[name] = True
        elif self.streak <= -self.fall:
            self.state[name] = False

    def is_healthy(self, name):
        return self.state.get(name, True)
