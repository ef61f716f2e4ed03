from dataclasses import dataclass


@dataclass
class Entry:
    center: object
    asked: float

    def fresh(self, now, ttl):
        return now < self.asked + ttl


class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.entries = dns, ttl, {}

    def resolve(self, location, now):
        entry = self.entries.get(location)
        if not entry or not entry.fresh(now, self.ttl):
            entry = Entry(self.dns.resolve(location), now)
            self.entries[location] = entry
        return entry.center
