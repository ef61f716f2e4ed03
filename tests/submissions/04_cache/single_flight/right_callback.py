class SingleFlight:
    def __init__(self, env, load):
        self.env, self.load, self.under_way = env, load, {}

    def get(self, key):
        if key not in self.under_way:
            process = self.env.process(self.load(key))
            process.callbacks.append(lambda event: self.under_way.pop(key))
            self.under_way[key] = process
        value = yield self.under_way[key]
        return value
