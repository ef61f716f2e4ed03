# loses: single_flight_check_2
# never takes the flight out: it has become a cache
# asks: The load ended an hour ago. Should a new get still see its value?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        if key in self.flights:
            return (yield self.flights[key])
        self.flights[key] = self.env.process(self.load(key))
        return (yield self.flights[key])
