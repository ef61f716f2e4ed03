# loses: single_flight_check_2
# a lock for the whole database: other keys wait too
# asks: While one key is loading, must another key wait?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        while self.flights and key not in self.flights:
            yield next(iter(self.flights.values()))
        if key in self.flights:
            return (yield self.flights[key])
        self.flights[key] = self.env.process(self.load(key))
        try:
            return (yield self.flights[key])
        finally:
            del self.flights[key]
