"""One run on real databases: who sends, who runs the statements, and who carries the log."""

import heapq
import threading
import time
from queue import SimpleQueue

import numpy as np

from course.database_replication.nodes import Node, PrimaryDown
from course.database_replication.traffic import SESSIONS
from course.engine.component import ComponentError, make, name_of, sentences, wrong_return
from course.engine.stations import NOT_YET
from course.view.limit import TimeLimitReached, time_limit

READERS = 3
PATIENCE = 3.0  # seconds that a run may take longer than its traffic
READS = (
    "SELECT version FROM photos WHERE owner = {key}",
    "-- update nothing\nselect version from photos where owner = {key}",
    "SELECT version FROM (SELECT * FROM photos WHERE owner = {key}) AS mine",
    "SELECT version FROM photos WHERE owner = {key} AND 'delete me' <> 'insert me'",
)
WRITES = (
    "UPDATE photos SET version = {lsn} WHERE owner = {key}",
    "/* app */ update photos\n set version = {lsn} where owner = {key}",
    "WITH who AS (SELECT {key} AS id) UPDATE photos SET version = {lsn} "
    "WHERE owner IN (SELECT id FROM who)",
)


class Carrier:
    """The network from the primary's log to one replica: entries are due later, or at the close."""

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


class Run:
    """The threads of one run, and what they saw: `place`, `stale`, `latency` and `refused`.

    The student's code runs in threads that hold no lock, under a time limit: the sender calls
    `route`, a carrier for each replica `apply`. One writer does all writes, so that the log's
    numbers are in the order of the commits.
    """

    def __init__(self, asked, delays, names, made, router, replica):
        self.asked, self.delays, self.stores = asked, delays, made
        self.nodes = [Node(name) for name in names]
        self.copies = [make(replica) for _ in delays]
        self.copy_name = name_of(self.copies[0]) if self.copies else ""
        self.call = f"{name_of(router)}.route"
        with sentences(f"{name_of(router)}(primary, replicas)"):
            self.router = router(self.nodes[0], self.nodes[1:])
        self.to_read, self.to_write = SimpleQueue(), SimpleQueue()
        self.stop, self.failures = threading.Event(), []
        self.confirmed = [0] * SESSIONS  # the last confirmed version of each key
        self.log = []
        self.carriers = [Carrier() for _ in delays]
        count = asked.times.size
        self.place, self.latency = np.full(count, -1), np.full(count, NOT_YET)
        self.stale, self.refused = np.zeros(count, dtype=bool), 0

    def go(self, progress=None):
        """Run all threads to their end; raise what the first one that failed raised.

        progress: is called ten times a second with the share of the traffic that has come.
        """
        workers = [self._thread(self._write), *(self._thread(self._read) for _ in range(READERS))]
        carriers = [self._thread(self._carry, number) for number in range(len(self.delays))]
        sender, started = self._thread(self._send), []
        try:
            for thread in (*workers, *carriers, sender):
                thread.start()
                started.append(thread)
            began, until = time.monotonic(), max(float(self.asked.times[-1]), 0.1)
            while sender.is_alive():
                sender.join(0.1)
                if progress:
                    progress(min(1.0, (time.monotonic() - began) / until))
        except BaseException:
            self.stop.set()
            raise
        finally:
            self.to_write.put(None)
            for _ in range(READERS):
                self.to_read.put(None)
            for thread in (thread for thread in started if thread not in carriers):
                thread.join()
            for carrier in self.carriers:
                carrier.close()
            for thread in started:
                thread.join()
        if self.failures:
            raise self.failures[0]

    def _thread(self, *work):
        return threading.Thread(target=self._guard, args=work, daemon=True)

    def _guard(self, work, *arguments):
        """Run the work of one thread; an error in it stops the others."""
        try:
            work(*arguments)
        except BaseException as error:
            self.failures.append(error)
            self.stop.set()

    def _send(self):
        """Route every statement at its time."""
        try:
            with time_limit(float(self.asked.times[-1]) + PATIENCE):
                self._send_all()
        except TimeLimitReached:
            raise _too_late(self.call) from None

    def _send_all(self):
        began, written = time.perf_counter(), 0
        columns = (self.asked.times, self.asked.write, self.asked.key)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for row, (due, write, key) in enumerate(rows):
            while (early := began + due - time.perf_counter()) > 0 and not self.stop.is_set():
                time.sleep(min(early, 0.05))
            if self.stop.is_set():
                return
            texts = WRITES if write else READS
            sql = texts[row % len(texts)].format(key=key, lsn=written + 1)
            place = self._routed(sql)
            if place is None or (write and place):
                self.refused += 1
            elif write:
                written += 1
                self.to_write.put((row, sql, written, key))
            else:
                self.to_read.put((row, sql, place, key))

    def _routed(self, sql):
        """Return the place of the node that the router chooses, None when it says PrimaryDown."""
        call = f"{self.call}({sql!r})"
        with sentences(call):
            try:
                node = self.router.route(sql)
            except PrimaryDown:
                return None
        for place, known in enumerate(self.nodes):
            if node is known:
                return place
        expected = "the primary or one of the replicas it was made with"
        raise ComponentError(wrong_return(call, node, expected))

    def _write(self):
        """Run the writes, one after the other, and send each on its way to the replicas."""
        session = self.stores[0].connect()
        try:
            while (asked := self.to_write.get()) is not None:
                if self.stop.is_set():
                    continue
                row, sql, lsn, key = asked
                began = time.perf_counter()
                session.write(sql, lsn, key)
                done = time.perf_counter()
                self.log.append((lsn, key, lsn))
                self.confirmed[key] = self.nodes[0].lsn = lsn
                self.place[row], self.latency[row] = 0, done - began
                for carrier, delays in zip(self.carriers, self.delays, strict=True):
                    late = float(delays[lsn - 1])
                    carrier.put(done + late, (lsn, key, lsn))
                    if lsn % 10 == 0:  # every tenth comes twice
                        carrier.put(done + 1.5 * late, (lsn, key, lsn))
        finally:
            session.close()

    def _read(self):
        """Run reads on the nodes they were routed to, and compare what comes back."""
        sessions = []
        try:
            for store in self.stores:
                sessions.append(store.connect())
            while (asked := self.to_read.get()) is not None:
                if self.stop.is_set():
                    continue
                row, sql, place, key = asked
                began, known = time.perf_counter(), self.confirmed[key]
                self.stale[row] = sessions[place].run(sql) < known
                self.place[row], self.latency[row] = place, time.perf_counter() - began
        finally:
            for session in sessions:
                session.close()

    def _carry(self, number):
        """Hand a replica what has come, and store what its component made of it."""
        copy, carrier = self.copies[number], self.carriers[number]
        call = f"{self.copy_name}.apply"
        session = self.stores[number + 1].connect()
        try:
            while batch := carrier.get():
                if self.stop.is_set():
                    continue
                keys, had = {key for _, key, _ in batch}, copy.lsn
                try:
                    with time_limit(PATIENCE), sentences(f"{call}([{batch[0]!r}, …])"):
                        copy.apply(batch)
                except TimeLimitReached:
                    raise _too_late(call) from None
                lsn, data = copy.lsn, copy.data
                if type(lsn) is not int:
                    text = wrong_return(f"{self.copy_name}.lsn", lsn, "a whole number")
                    raise ComponentError(text)
                if not isinstance(data, dict):
                    raise ComponentError(wrong_return(f"{self.copy_name}.data", data, "a dict"))
                keys |= {key for _, key, _ in self.log[max(had, 0) : max(lsn, 0)]}
                session.put({key: data[key] for key in keys if key in data})
                self.nodes[number + 1].lsn = lsn
        finally:
            session.close()

    def diverged(self):
        """Return how many values of the replicas differ from the primary's, after `go`."""
        contents = []
        for store in self.stores:
            session = store.connect()
            try:
                contents.append(session.contents())
            finally:
                session.close()
        return sum(
            mine != theirs
            for copy in contents[1:]
            for mine, theirs in zip(copy, contents[0], strict=True)
        )


def _too_late(call):
    return ComponentError(f"{call} did not come back in time: is there a loop that never ends?")
