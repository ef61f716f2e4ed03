# loses: single_flight_check
# each get starts its own load
# asks: Ten ask for one key at once. How often does the database work?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        self.flights[key] = self.env.process(self.load(key))
        try:
            return (yield self.flights[key])
        finally:
            self.flights.pop(key, None)
