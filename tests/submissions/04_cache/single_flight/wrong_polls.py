# loses: single_flight_hidden
# looks every 0.1 s whether the load has ended: answers come late
# asks: The load ends right after you looked. When do you notice?
class SingleFlight:
    def __init__(self, env, load):
        self.env, self.load, self.under_way, self.values = env, load, set(), {}

    def get(self, key):
        if key in self.under_way:
            while key in self.under_way:
                yield self.env.timeout(0.1)
            return self.values[key]
        self.under_way.add(key)
        self.values[key] = yield self.env.process(self.load(key))
        self.under_way.discard(key)
        return self.values[key]
