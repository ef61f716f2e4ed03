# loses: single_flight_hidden_2
# those who wait try again instead of getting the exception
# asks: The database is in trouble. What do ten retries at once do to it?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, key):
        if key in self.flights:
            try:
                return (yield self.flights[key])
            except Exception:
                return (yield self.env.process(self.load(key)))
        self.flights[key] = self.env.process(self.load(key))
        try:
            return (yield self.flights[key])
        finally:
            del self.flights[key]
