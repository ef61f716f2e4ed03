class CachingResolver:
    def __init__(self, dns, ttl):
        self.ask = dns.resolve
        self.ttl = ttl
        self.memory = dict()

    def resolve(self, location, now):
        try:
            fresh_until, answer = self.memory[location]
        except KeyError:
            fresh_until, answer = now, None
        if fresh_until > now:
            return answer
        self.memory.pop(location, None)
        answer = self.ask(location)
        self.memory[location] = now + self.ttl, answer
        return answer
