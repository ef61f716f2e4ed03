# loses: single_flight_hidden
# those who wait load again when the load has failed or gave nothing
# asks: The load gave nothing. What does each of those who waited do now?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        if key in self.flights:
            value = yield self.flights[key]
            if value is not None:
                return value
            return (yield self.env.process(self.get(key)))
        self.flights[key] = self.env.process(self.load(key))
        try:
            return (yield self.flights[key])
        finally:
            del self.flights[key]
