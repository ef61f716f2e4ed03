"""The film of notebook 07's two notepads: what both centers write, and what a merge keeps."""

from functools import cache
from itertools import pairwise

from course.data_centers.map_picture import COLOURS
from course.data_centers.sync import CUT_AT, MERGE, NAMES, WRITE, simulate_sync
from course.engine.component import ComponentError, name_of
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

    store: a LastWriterWins, a class. partition: for how long the line is cut (s). clock_ahead: of
    Singapore (s). If the store fails, the film ends there.
    """
    run = _Run(store, partition, clock_ahead)
    reel = Reel(start=START, end=run.end, rate=RATE, states=STATES, fate=run.fate)
    lane = reel.lane(f"your {name_of(store)}", _scene())
    _lines(lane, run)
    _messages(lane, run)
    restored = CUT_AT + partition
    if partition and run.end > CUT_AT:
        cut = lane.actor("the line").at(CUT_AT, sum(HALF) / 2, FIRST + NEXT, CUT, size=11)
        cut.stay(min(restored, run.end)).run_out(CUT_AT, restored)
        cut.tell(CUT_AT, f"cut for {partition:g} s.")
    _count(lane, run)
    _captions(reel, run, restored)
    return reel


class _Run:
    """A run as a film needs it.

    seen: (when in s, what happened, number of the write, values of both centers, the Call, and
    of a merge that of the other center after it). lost: (when no one saw it any more in the center
    where it was written, the number of the write), in order of time.
    result: the SyncResult, of which a store changes only what the two centers hold.
    """

    def __init__(self, store, partition, clock_ahead):
        self.fate, self.end = "", CUT_AT + partition + LAG + AFTER
        world = WORLD | {"partition": partition, "clock_ahead": clock_ahead, "duration": self.end}
        self.result = simulate_sync(**world, writes_until=CUT_AT + partition)
        about = {"write": lambda *_: None, "delete": lambda *_: None, "merge": lambda *_: None}
        watched, calls = watching(store, **about)
        noted = []
        try:
            simulate_sync(watched, **world, writes_until=CUT_AT + partition, log=noted)
        except ComponentError as error:
            self.fate = str(error)
        self.merged_at = CUT_AT + partition + LAG
        self.seen = [
            (self.when(kind, number), kind, number, values, calls[place : place + 2])
            for place, (kind, number, values) in enumerate(noted)
        ]
        if self.fate:
            if not self.seen or self.seen[-1][0] <= START + RATE:  # there is nothing to show
                raise ComponentError(self.fate)
            self.end = self.seen[-1][0]
        self.numbers = {f"text {n}": n for n in range(len(self.result.lost))}
        self.lost = sorted(self._lost())

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


@cache
def _scene():
    """Return two notepads and the line between them."""
    scene = Scene(560, 250)
    scene.line((HALF[0] + 90, FIRST + NEXT), (HALF[1] - 90, FIRST + NEXT), width=2)
    for x, name in zip(HALF, NAMES, strict=True):
        scene.box(x - 90, 12, 180, FIRST + KEYS * NEXT - 36)
        scene.text(x, 26, name, at="center", bold=True)
        for key in range(KEYS):
            scene.text(x - 82, FIRST + key * NEXT, f"photo-{key}")
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
        if kind == MERGE:
            actor.tell(time, f"the centers merge: {now}.", call=calls[min(center, len(calls) - 1)])
        elif made.keys[number] == key and (made.centers[number] == center) == (kind == WRITE):
            how = "is written" if kind == WRITE else "arrives"
            actor.tell(time, f"text {number} {how}: {now}.", call=calls[0])


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
    lane.count("lost", [time for time, _ in run.lost])
    differ = [sum(a != b for a, b in zip(*values, strict=True)) for *_, values, _ in run.seen]
    lane.count("photos on which they differ", [each[0] for each in run.seen], differ)


def _captions(reel, run, restored):
    reel.caption(
        START, "Both centers write titles of the same three photos, and send each to the other."
    )
    if min(restored, run.end) > CUT_AT:
        reel.caption(CUT_AT, "The line is cut. Both go on, and neither hears of the other.")
    if CUT_AT < restored < run.end:
        reel.caption(restored, "The line works again: now each sends what it holds.")
    if run.merged_at < run.end:
        one, other = run.seen[-1][3]
        differ = sum(a != b for a, b in zip(one, other, strict=True))
        words = f"The centers have merged. Titles that were lost: {len(run.lost)}. "
        end = f"Photos on which they still differ: {differ}." if differ else "No one got an error."
        reel.caption(run.merged_at, f"{words}{end}")
