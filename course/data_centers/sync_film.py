"""The film of notebook 07's two notepads: what both centers write, and what a merge keeps."""

from functools import cache
from itertools import pairwise

import numpy as np

from course.data_centers.map_picture import COLOURS
from course.data_centers.sync import CUT_AT, MERGE, NAMES, WRITE, simulate_sync
from course.engine.component import ComponentError, name_of
from course.engine.parameters import NEVER
from course.engine.watching import watching
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED, KEYS, LAG, START, AFTER = 3, 3, 3.0, 42.0, 15.0  # START, LAG, AFTER: seconds
WORLD = {"write_rate": 0.2, "keys": KEYS, "lag": LAG, "deletes": 0.0, "seed": SEED}
STEP = 1.0  # s that a lost text needs on its way
RATE = 2.5  # of the run's seconds that play in a second
HALF, FIRST, NEXT, BIN = (110, 450), 62, 46, 218  # pixels: across; the first row, the next; down
LOST, CUT = "lost: no longer seen by anyone", "the line is cut; the ring: time until it works again"
BY = tuple(f"written in {name}" for name in NAMES)
STATES = {
    BY[0]: (COLOURS[0], "disc"),
    BY[1]: (COLOURS[1], "square"),
    LOST: (style.GREY, "diamond"),
    CUT: (style.VERMILION, "cross"),
}


def film(store, *, partition=40.0, clock_ahead=0.0):
    """Return the Reel of two centers with a store each, while the line between them is cut.

    store: a LastWriterWins, a class; next to it what arrives last stays. partition: for how long
    the line is cut (s). clock_ahead: of Singapore (s). If the store fails, the film ends there.
    """
    mine = _Run(store, partition, clock_ahead)
    reel = Reel(start=START, end=mine.end, rate=RATE, states=STATES, fate=mine.fate)
    other = _Run(None, partition, clock_ahead, mine.end)
    restored = CUT_AT + partition
    for title, run in ((f"your {name_of(store)}", mine), ("what arrives last stays", other)):
        lane = reel.lane(title, _scene(run is mine))
        _lines(lane, run)
        _messages(lane, run)
        if partition and run.end > CUT_AT:
            cut = lane.actor("the line").at(CUT_AT, sum(HALF) / 2, FIRST + NEXT, CUT, size=11)
            cut.stay(min(restored, run.end)).run_out(CUT_AT, restored)
            cut.tell(CUT_AT, f"cut for {partition:g} s.")
        _count(lane, run)
    _captions(reel, mine, other, restored)
    return reel


class _Run:
    """A run as a film needs it.

    store: a class, or None: what arrives last stays. end: of the film (s), if not by itself.
    seen: (when in s, what happened, number of the write, values of both centers, the Call, and
    of a merge that of the other center after it). lost: (when no one saw it any more in the center
    where it was written, the number of the write), in order of time; without a store none, as
    nothing says which of two texts is the later one.
    result: the SyncResult, of which a store changes only what the two centers hold.
    """

    def __init__(self, store, partition, clock_ahead, end=NEVER):
        self.store, self.ahead, self.fate = store, clock_ahead, ""
        self.merged_at = CUT_AT + partition + LAG
        self.end = self.merged_at + AFTER
        world = WORLD | {"partition": partition, "clock_ahead": clock_ahead, "duration": self.end}
        world["writes_until"] = CUT_AT + partition
        calls, noted = [], []
        if store is None:
            self.result = simulate_sync(**world, log=noted)
        else:
            self.result = simulate_sync(**world)
            about = {"write": lambda *_: None, "delete": lambda *_: None, "merge": lambda *_: None}
            watched, calls = watching(store, **about)
            try:
                simulate_sync(watched, **world, log=noted)
            except ComponentError as error:
                self.fate = str(error)
        self.end = min(self.end, end)
        noted = [each for each in noted if self.when(*each[:2]) <= self.end]
        self.seen = [
            (self.when(kind, number), kind, number, values, calls[place : place + 2])
            for place, (kind, number, values) in enumerate(noted)
        ]
        if self.fate:
            if not self.seen or self.seen[-1][0] <= START + RATE:  # there is nothing to show
                raise ComponentError(self.fate)
            self.end = self.seen[-1][0]
        self.numbers = {f"text {n}": n for n in range(len(self.result.lost))}
        self.lost = sorted(self._lost()) if store else []

    def _lost(self):
        made = self.result.writes
        for number in self.result.lost.nonzero()[0].tolist():
            center, key, gone = made.centers[number], made.keys[number], float(made.times[number])
            for _, end, held in self.held(center, key):
                gone = end if held == number else gone
            if gone <= self.end:
                yield gone, number

    def when(self, kind, number):
        """Return the time of an event (s)."""
        if kind == MERGE:
            return self.merged_at
        times = self.result.writes.times if kind == WRITE else self.result.arrived_at
        return float(times[number])

    def held(self, center, key):
        """Return [(from, until, number of the write)] of what a center shows for a key."""
        changes, last = [], None
        for time, _, _, values, _ in self.seen:
            if values[center][key] != last:
                last = values[center][key]
                changes.append((time, self.numbers.get(last)))
        ends = pairwise([*changes, (self.end + 1, None)])
        return [(start, end, n) for (start, n), (end, _) in ends if n is not None]

    def known(self, center, key, until):
        """Return the writes of a key that a center has had by itself until then, in their order."""
        made, result = self.result.writes, self.result
        held = (made.times >= result.cut[0]) & (made.times < result.cut[1])
        sent = np.where(held, NEVER, result.arrived_at)
        had = np.where(made.centers == center, made.times, sent)
        rows = np.flatnonzero((made.keys == key) & (had <= until))
        return rows[np.argsort(had[rows], kind="stable")].tolist()


@cache
def _scene(loses):
    """Return two notepads, the line between them, and a place for what is lost."""
    scene = Scene(560, 250)
    scene.line((HALF[0] + 90, FIRST + NEXT), (HALF[1] - 90, FIRST + NEXT), width=2)
    for x, name in zip(HALF, NAMES, strict=True):
        scene.box(x - 90, 12, 180, FIRST + KEYS * NEXT - 36)
        scene.text(x, 26, name, at="center", bold=True)
        for key in range(KEYS):
            scene.text(x - 82, FIRST + key * NEXT, f"photo-{key}")
    if loses:
        scene.text(20, BIN, "lost")
        scene.line((16, BIN + 14), (544, BIN + 14))
    return scene


def _spot(center, key):
    return HALF[center] - 8, FIRST + key * NEXT


def _lines(lane, run):
    """Let each text stand in the line of its photo, in each center that holds it."""
    made, homes = run.result.writes, {}
    for center in (0, 1):
        for key in range(KEYS):
            for start, end, number in run.held(center, key):
                by = int(made.centers[number])
                actor = lane.actor(f"text {number} in {NAMES[center]}", f"text {number}")
                actor.at(start, *_spot(center, key), BY[by]).stay(min(end, run.end))
                _tell(actor, run, center, key, start, end)
                if by == center:
                    homes[number] = actor
    for place, (time, number) in enumerate(run.lost):
        by, key = int(made.centers[number]), int(made.keys[number])
        if number not in homes:  # its own center knew one with a later timestamp
            homes[number] = lane.actor(f"text {number} in {NAMES[by]}", f"text {number}")
            homes[number].at(time, *_spot(by, key), BY[by])
            homes[number].tell(time, "is written, and outranked at once.")
        homes[number].stay(time).at(time + STEP, 62 + 58 * place, BIN, LOST)
        homes[number].stay(max(run.end, time + STEP))


def _tell(actor, run, center, key, start, end):
    """Tell what put a text into a line at `start` (s), and what took it away at `end`."""
    made = run.result.writes
    for time, kind, number, values, calls in run.seen:
        if time not in (start, end):
            continue
        now = f"{values[center][key] or 'nothing'} stands here"
        cell = _cell(run, center, key, time, kind) if calls else ""
        if kind == MERGE:
            call = calls[min(center, len(calls) - 1)] if calls else None
            actor.tell(time, f"the centers merge: {now}.", call=call, cell=cell)
        elif made.keys[number] == key and (made.centers[number] == center) == (kind == WRITE):
            how = "is written" if kind == WRITE else "arrives"
            call = calls[0] if calls else None
            actor.tell(time, f"text {number} {how}: {now}.", call=call, cell=cell)


def _cell(run, center, key, time, kind):
    """Return code that puts into a store what a center knew of a key, and merges the other's."""
    made, name = run.result.writes, name_of(run.store)

    def lines(store, where):
        yield f"{store} = {name}()"
        for number in run.known(where, key, time):
            by = int(made.centers[number])
            stamp = f"{made.times[number] + run.ahead * by:.6g}"
            yield f'{store}.write("photo-{key}", "text {number}", {stamp}, "{NAMES[by]}")'

    told = [*lines("store", center)]
    if kind == MERGE:
        told += [*lines("other", 1 - center), "store.merge(other)"]
    return "\n".join([*told, f'print(store.get("photo-{key}"))'])


def _messages(lane, run):
    """Let what is sent go over the line, from when it is sent until it is there."""
    made, (start, end) = run.result.writes, run.result.cut
    rows = zip(made.times, run.result.arrived_at, made.centers, made.keys, strict=True)
    for number, (time, there, center, key) in enumerate(rows):
        held = start <= time < end
        value = f"text {number}"
        still = any(n == number and a < there <= b + LAG for a, b, n in run.held(center, key))
        if there - LAG < START or there > run.end or (held and not still):
            continue
        message = lane.actor(f"{value} on its way", value)
        message.at(there - LAG, *_spot(center, key), BY[center], size=4)
        message.at(there, *_spot(1 - center, key))
        message.tell(there - LAG, f"leaves for {NAMES[1 - center]}.")


def _count(lane, run):
    """Show the figures of the run."""
    made = run.result.writes
    lane.count("writes", [time for time in made.times if time <= run.end])
    if run.store:
        lane.count("lost", [time for time, _ in run.lost])
    differ = [_differ(values) for *_, values, _ in run.seen]
    lane.count("photos on which they differ", [each[0] for each in run.seen], differ)


def _differ(values):
    return sum(one != other for one, other in zip(*values, strict=True))


def _captions(reel, run, other, restored):
    reel.caption(
        START, "Both centers write titles of the same three photos, and send each to the other."
    )
    if min(restored, run.end) > CUT_AT:
        reel.caption(CUT_AT, "The line is cut. Both go on, and neither hears of the other.")
    if CUT_AT < restored < run.end:
        reel.caption(restored, "The line works again: now each sends what it holds.")
    if run.merged_at < run.end:
        differ, without = _differ(run.seen[-1][3]), _differ(other.seen[-1][3])
        words = f"The centers have merged. Titles that were lost: {len(run.lost)}. "
        end = f"Photos on which they still differ: {differ}." if differ else "No one got an error."
        reel.caption(run.merged_at, f"{words}{end}")
        if not differ and without:
            reel.caption(
                run.merged_at + AFTER / 2,
                "Where what arrives last stays, each has taken over the other's titles: they "
                f"differ on {without} of {KEYS} photos, until someone writes these again.",
            )
