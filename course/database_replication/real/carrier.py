"""The network between the primary's log and one replica, in real time."""

import heapq
import threading
import time


class Carrier:
    """Entries on their way to one replica: each may be had from its time on, or at the close."""

    def __init__(self):
        self.way, self.news, self.closed = [], threading.Condition(), False

    def put(self, due, entry):
        """Send an entry that comes at `due`, a time of time.perf_counter() (s)."""
        with self.news:
            heapq.heappush(self.way, (due, len(self.way), entry))
            self.news.notify()

    def close(self):
        """Send no more: what is still on its way comes now."""
        with self.news:
            self.closed = True
            self.news.notify()

    def get(self):
        """Wait for entries that are due and return them in the order they come; [] at the end."""
        with self.news:
            while True:
                now, batch = time.perf_counter(), []
                while self.way and (self.closed or self.way[0][0] <= now):
                    batch.append(heapq.heappop(self.way)[2])
                if batch or self.closed:
                    return batch
                self.news.wait(self.way[0][0] - now if self.way else None)
