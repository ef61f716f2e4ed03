# loses: health_checker_check_2
# one answered probe makes it healthy at once: rise is ignored
# asks: What is rise for, and where does your code read it?
class HealthChecker:
    def __init__(self, fall=3, rise=2):
        self.fall = fall
        self.failures = {}

    def observe(self, name, ok):
        self.failures[name] = 0 if ok else self.failures.get(name, 0) + 1

    def is_healthy(self, name):
        return self.failures.get(name, 0) < self.fall
