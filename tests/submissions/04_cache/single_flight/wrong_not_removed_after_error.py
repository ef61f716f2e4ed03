# loses: single_flight_hidden_2
# the flight stays when the load raises: the error is remembered for ever
# asks: The load failed once. Who may try again, and when?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        if key in self.flights:
            return (yield self.flights[key])
        self.flights[key] = self.env.process(self.load(key))
        value = yield self.flights[key]
        del self.flights[key]
        return value
