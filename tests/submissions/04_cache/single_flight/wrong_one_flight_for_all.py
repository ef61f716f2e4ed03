# loses: single_flight_check_2
# one flight for all keys
# asks: Ada waits for photo 1 and Ben for photo 2. What does Ben get?
class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}

    def get(self, page):
        key = "the only one"
        if key in self.flights:
            return (yield self.flights[key])
        self.flights[key] = self.env.process(self.load(page))
        try:
            return (yield self.flights[key])
        finally:
            del self.flights[key]
