class LastWriterWins:
    """Keeps all that ever happened, and looks for the winner when it is asked."""

    def __init__(self):
        self.events = {}

    def write(self, key, value, timestamp, center):
        self.events.setdefault(key, {})[timestamp, center, False] = value

    def delete(self, key, timestamp, center):
        self.events.setdefault(key, {})[timestamp, center, True] = None

    def merge(self, other):
        for key, events in list(other.events.items()):
            self.events.setdefault(key, {}).update(events)

    def get(self, key):
        events = self.events.get(key)
        return events[max(events)] if events else None
