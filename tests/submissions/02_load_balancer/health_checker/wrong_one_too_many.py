# loses: health_checker_check
# needs more than fall failures, not fall
# asks: fall is 3. After which failure is the server unhealthy?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.streak, self.state = {}, {}

    def observe(self, name, ok):
        streak = self.streak.get(name, 0)
        streak = max(streak, 0) + 1 if ok else min(streak, 0) - 1
        self.streak[name] = streak
        if streak > self.rise:
            self.state[name] = True
        elif streak < -self.fall:
            self.state[name] = False

    def is_healthy(self, name):
        return self.state.get(name, True)
