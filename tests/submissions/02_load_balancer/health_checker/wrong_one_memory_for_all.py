# loses: health_checker_hidden
# the memory belongs to the class: two checkers share what they believe
# asks: Make two checkers and tell one of them of a failure. What does the other one believe?
class HealthChecker:
    streak, state = {}, {}

    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, rise
        self.streak.clear()
        self.state.clear()

    def observe(self, name, ok):
        streak = self.streak.get(name, 0)
        streak = max(streak, 0) + 1 if ok else min(streak, 0) - 1
        self.streak[name] = streak
        if streak >= self.rise:
            self.state[name] = True
        elif streak <= -self.fall:
            self.state[name] = False

    def is_healthy(self, name):
        return self.state.get(name, True)
