# loses: single_flight_check
# those who wait are not given the value
# asks: You waited until the load was done. What do you return?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        if key in self.flights:
            yield self.flights[key]
            return None
        self.flights[key] = self.env.process(self.load(key))
        try:
            return (yield self.flights[key])
        finally:
            del self.flights[key]
