class SingleFlight:
    def __init__(self, env, load):
        self.env, self.load, self.landings = env, load, {}

    def get(self, key):
        if key in self.landings:
            value = yield self.landings[key]
            return value
        landing = self.landings[key] = self.env.event()
        try:
            value = yield self.env.process(self.load(key))
        except Exception as error:
            del self.landings[key]
            landing.fail(error)
            landing.defused = True
            raise
        del self.landings[key]
        landing.succeed(value)
        return value
