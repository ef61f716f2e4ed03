# loses: single_flight_hidden
# all objects share one dict of flights: who asks one gets what another one loads
# asks: Make two objects with different databases. Can one get what the other one loads?
FLIGHTS = {}


class SingleFlight:
    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = FLIGHTS

    def get(self, key):
        flight = self.flights.get(key)
        if flight is None or not flight.is_alive:
            flight = self.flights[key] = self.env.process(self.load(key))
        value = yield flight
        return value
