# loses: health_checker_hidden
# works for one fall and rise only by chance: rise is taken to be fall
# asks: Make a checker whose rise is not its fall. Which of them decides about recovery?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall, self.rise = fall, fall
        self.streak, self.state = {}, {}

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
