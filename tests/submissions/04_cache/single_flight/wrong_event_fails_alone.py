# loses: single_flight_hidden_2
# an event of its own is failed although nobody may be waiting for it: SimPy stops
# asks: Nobody is waiting, and the load fails. Who takes care of your event?
class SingleFlight:
    def __init__(self, env, load):
        self.env, self.load, self.landings = env, load, {}

    def get(self, key):
        if key in self.landings:
            return (yield self.landings[key])
        landing = self.landings[key] = self.env.event()
        try:
            value = yield self.env.process(self.load(key))
        except Exception as error:
            del self.landings[key]
            landing.fail(error)
            raise
        del self.landings[key]
        landing.succeed(value)
        return value
