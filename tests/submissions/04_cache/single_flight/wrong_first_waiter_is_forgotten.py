# loses: single_flight_hidden_2
# when the load raises, those who wait for it are never told
# asks: The load raises. What do those who wait for it hear?
class SingleFlight:
    def __init__(self, env, load):
        self.env, self.load, self.landings = env, load, {}

    def get(self, key):
        if key in self.landings:
            return (yield self.landings[key])
        landing = self.landings[key] = self.env.event()
        try:
            value = yield self.env.process(self.load(key))
            landing.succeed(value)
        finally:
            del self.landings[key]
        return value
