"""The film of notebook 08: photos wait in the queue, workers take them, and some workers die."""

import inspect
from functools import cache
from itertools import islice, pairwise

from course.engine import rows
from course.engine.component import ComponentError, name_of, short
from course.engine.queues import ForgetfulQueue
from course.engine.watching import watching
from course.message_queue import simulation as log
from course.message_queue.model import simulate
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

WORKERS, RESTART, MAX_RECEIVES = 3, 3.0, 2
SEED = 13
WORLD = {
    "duration": 30.0,
    "publish_rate": 0.8,
    "burst": 3.0,
    "burst_start": 3.0,
    "burst_length": 5.0,
    "workers": WORKERS,
    "work_time": 1.5,
    "restart_time": RESTART,
    "max_receives": MAX_RECEIVES,
}
RATE = 0.9  # of the run's seconds that play in a second
WAY, STEP = 0.4, 0.25  # s on each way, and to move up by one place
GOES = 0.05  # s in which a tile vanishes: before those behind it have moved to its edge
HEAD, APART, MOST, ROW = 300, 33, 8, 50  # pixels: the oldest, the next one; places; their height
WORKER, FIRST, NEXT = 386, 50, 60  # pixels: the workers, one below the other
LETTERS, STORE, SLOT = (58, 140), 244, 13.3  # pixels: the first dead letter, the store, its places
WAITS, HIDDEN = "photo, waiting or at a worker", "hidden; the ring: time until it is not"
POISON, LETTER, ACK = "poison photo", "dead letter", "ack"
ONCE, TWICE, LOST = "stored", "stored again", "lost"
CRASHED = "dead worker; the ring: time until it is back"
STATES = {
    WAITS: (style.BLUE, "tile"),
    POISON: (style.VERMILION, "tile"),
    HIDDEN: (style.GREY, "tile"),
    LETTER: (style.WARNING, "tile"),
    ACK: (style.GREEN, "diamond"),
    ONCE: (style.GREEN, "square"),
    TWICE: (style.ORANGE, "triangle"),
    LOST: (style.VERMILION, "ring"),
    CRASHED: (style.VERMILION, "cross"),
}


def film(*queues, consumer=None, timeout=5.0, crashes=0.0, poison=0, kill_at=None, seed=SEED):
    """Return the Reel of one queue or two on the same traffic.

    queues: classes; the forgetful queue joins a single one, and is alone without any. consumer: a
    class for the first lane; in the second one every delivery of the same queue is applied.
    timeout: the visibility timeout (s). crashes, poison, kill_at: as of `simulate`, the first as
    its crash_probability. If a component fails, the film ends there.
    """
    for each in queues:
        if not inspect.isclass(each):
            raise ValueError(f"{short(each)}: replay needs a class, as in replay(MyQueue).")
    world = {"visibility_timeout": timeout, "crash_probability": crashes, "poison": poison}
    world |= {"kill_at": kill_at, "seed": seed}
    lanes = [(f"your {name_of(each)}", each, None) for each in queues]
    if consumer is not None:
        lanes = [(f"your {name_of(consumer)}", queues[0], consumer)]
        lanes.append(("applied at every delivery", queues[0], None))
    elif len(lanes) < 2:
        lanes.append(("forgetful queue", ForgetfulQueue, None))
    runs = [_Run(each, handler, world) for _, each, handler in lanes]
    reel = Reel(end=min(run.end for run in runs), rate=RATE, states=_states(runs, poison))
    reel.fate = next((run.fate for run in runs if run.fate), "")
    for (title, _, _), run in zip(lanes, runs, strict=True):
        _fill(reel, reel.lane(title, _scene(run.buries)), run)
    _captions(reel, runs)
    return reel


class _Run:
    """A run as a film needs it: what happened in order of time, and the calls of the queue.

    forgets: whether a delivery leaves the queue at once. buries: whether it keeps dead letters.
    fate: the sentence about the call that ended it, or "". end: when it ended (s).
    """

    def __init__(self, queue, consumer, world):
        self.queue, self.world, self.fate = queue, world, ""
        self.forgets = queue is ForgetfulQueue
        self.settings = world | {"max_receives": MAX_RECEIVES}
        self.takes = inspect.signature(queue).parameters
        self.buries = buries(queue)
        watched, self.calls = watching(
            queue, publish=lambda body, now: now, receive=lambda now: now, ack=lambda id: id
        )
        self.noted = []
        try:
            simulate(watched, consumer=consumer, log=self.noted, **WORLD, **world)
        except ComponentError as error:
            if not self.noted or not self.noted[-1].time:  # there is nothing to show
                raise
            self.fate = str(error)
        self.end = self.noted.pop().time
        self.poison = {photo for _, photo in self.when(log.POISON)}

    def when(self, *whats):
        """Return [(time, photo), …] of all that was noted as one of `whats`."""
        return [(each.time, each.photo) for each in self.noted if each.what in whats]

    def look(self, photo):
        """Return the state of a photo that is not hidden."""
        return POISON if photo in self.poison else WAITS


def buries(queue):
    """Return whether a queue, a class, keeps dead letters: whether it is made with a limit."""
    return "max_receives" in inspect.signature(queue).parameters


def _states(runs, poison):
    """Return the states that these runs can have: others would only fill the legend."""
    left_out = set() if poison else {POISON}
    if not any(run.buries for run in runs):
        left_out.add(LETTER)
    if all(run.forgets for run in runs):
        left_out |= {HIDDEN, ACK, TWICE}
    if not any(run.forgets for run in runs):
        left_out.add(LOST)
    return {name: look for name, look in STATES.items() if name not in left_out}


@cache
def _scene(buries):
    scene = Scene(480, 276)
    scene.box(HEAD - MOST * APART - 15, 28, MOST * APART + 34, 44, colour=style.GREY)
    scene.text(HEAD + 19, 18, "the queue: oldest first", at="right")
    for number in range(WORKERS):
        scene.box(WORKER - 24, FIRST + NEXT * number - 18, 48, 36)
        scene.text(WORKER + 30, FIRST + NEXT * number, f"worker-{number + 1}")
    if buries:
        x, y = LETTERS
        scene.box(x - 34, y - 22, 190, 44)
        scene.text(x - 32, y - 33, "dead letters, for a human")
    scene.box(12, STORE - 18, 456, 36)
    scene.text(14, STORE - 28, "photo store: a place for each photo")
    return scene


def _fill(reel, lane, run):
    """Let a run's photos, deliveries, workers and results be actors of the lane."""
    photos = _photos(lane, run)
    _deliveries(lane, run, photos)
    _workers(lane, run)
    stored, again, lost = _store(lane, run, photos)
    counts = {"published": run.when(log.PUBLISHED), "deliveries": run.when(log.RECEIVED)}
    counts |= {"stored": stored} | ({"lost": lost} if run.forgets else {"stored again": again})
    if run.buries:
        counts["dead letters"] = run.when(log.PUT_ASIDE)
    for name, moments in counts.items():
        lane.count(name, [time for time, _ in moments])
    _tell(photos, run)
    if len(reel.lanes) == 1:
        _marks(reel, run, photos, lost, again)


def _photos(lane, run):
    """Let each photo be a tile in the queue, from its publishing until its ack; return them."""
    joined = [time for time, _ in run.when(log.PUBLISHED)]
    left, letters = [run.end + 1] * len(joined), {}
    for time, photo in run.when(log.RECEIVED if run.forgets else log.ACKED):
        left[photo] = time
    for place, (time, photo) in enumerate(run.when(log.PUT_ASIDE)):
        left[photo], letters[photo] = time, place
    timeout, photos = run.world["visibility_timeout"], []
    for photo, stands in enumerate(rows.places(joined, left)):
        looks, gone = run.look(photo), left[photo]
        tile = lane.actor(f"photo {photo}", str(photo))
        photos.append(tile.at(joined[photo] - WAY, 4, ROW, looks, size=8))
        _, first = stands[0] if stands else (0, 0)  # one that is taken at once stands nowhere
        tile.at(joined[photo], HEAD - APART * min(first, MOST), ROW)
        hides = [time for time, each in run.when(log.RECEIVED) if each == photo and not run.forgets]
        again = [
            time + timeout for time, later in pairwise([*hides, gone]) if time + timeout < later
        ]
        changes = [(time, 1, place) for time, place in stands[1:]]
        changes += [(time, 2, HIDDEN) for time in hides] + [(time, 0, looks) for time in again]
        for time, kind, what in sorted(changes, key=lambda each: each[:2]):
            if kind == 1:
                tile.go(time, time + STEP, HEAD - APART * min(what, MOST), ROW)
            else:
                tile.turn(time, what)
        if photo in letters:
            x, y = LETTERS
            tile.go(gone, gone + 2 * WAY, x + 30 * min(letters[photo], 4), y, LETTER)
        elif gone <= run.end:
            tile.halt(gone).stay(gone + GOES, size=0)
        tile.remain(run.end if gone > run.end or photo in letters else 0)
        for time in hides:
            tile.run_out(time, time + timeout, gone)
    return photos


def _deliveries(lane, run, photos):
    """Let each delivery go from its photo's tile to a worker; from there, perhaps, comes an ack."""
    at_work = {}
    for time, what, photo, worker in run.noted:
        y = FIRST + NEXT * worker
        if what == log.RECEIVED:
            tile = photos[photo]
            x, row, *_ = tile.place(time)
            each = lane.actor(f"photo {photo} at a worker", str(photo), part_of=tile)
            each.at(time, x, row, run.look(photo), size=8).at(time + WAY, WORKER, y)
            at_work[worker] = each
        elif what == log.ACKED:
            x, row, *_ = photos[photo].place(time)
            ack = lane.actor(f"the ack of photo {photo}", part_of=photos[photo])
            ack.at(time, WORKER - 24, y, ACK).at(time + WAY, x, row + 10)
        elif what == log.FREE:
            each = at_work.pop(worker)
            each.remain(time).stay(each.times[-1] + STEP, size=0)
        elif what == log.BACK and worker in at_work:
            each = at_work.pop(worker)
            each.remain(time)
    for each in at_work.values():
        each.remain(run.end)


def _workers(lane, run):
    """Let a cross stand where a dead worker is, with a ring for the time until it is back."""
    for time, what, photo, worker in run.noted:
        if what == log.DIED:
            cross = lane.actor(f"worker-{worker + 1}").at(
                time, WORKER, FIRST + NEXT * worker, CRASHED, size=14
            )
            cross.stay(min(time + RESTART, run.end)).run_out(time, time + RESTART)
            held = f"and photo {photo} is not acked" if photo >= 0 else "and was idle"
            cross.tell(time, f"died, {held}. It is back {RESTART:g} s later.")


def _store(lane, run, photos):
    """Let each result go to its place in the store.

    Return when photos were stored, stored again, and lost: lists of (time, actor that shows it).
    """
    stored, again, lost, kept = [], [], [], {}
    slot = min(SLOT, 446 / len(photos))
    for time, what, photo, worker in run.noted:
        x, part_of = 21 + slot * photo, photos[photo]
        if what == log.APPLIED:
            result = lane.actor(f"the result of photo {photo}", part_of=part_of)
            result.at(time, WORKER, FIRST + NEXT * worker, ONCE).at(time + WAY, x, STORE)
            (again if photo in kept else stored).append((time, result))
            first = kept.setdefault(photo, result)
            if first is not result:
                first.remain(time + WAY, TWICE)
        elif what == log.DIED and run.forgets and photo >= 0 and photo not in kept:
            place = lane.actor(f"the place of photo {photo}", part_of=part_of)
            lost.append((time, place.at(time, x, STORE, LOST).stay(run.end)))
    for each in kept.values():
        each.remain(run.end)
    return stored, again, lost


def _tell(photos, run):
    """Tell each photo's story, with the calls that decided."""
    published, acks = iter(run.calls.of("publish")), iter(run.calls.of("ack"))
    received = (call for call in run.calls.of("receive") if call.returned is not None)
    stored = set()
    for time, what, photo, worker in run.noted:
        tile, who = photos[photo], f"worker-{worker + 1}"
        if what == log.PUBLISHED:
            tile.tell(time, "was published.", call=next(published))
        elif what == log.RECEIVED:
            call = next(received)
            words = f"{who} called receive and got it, with receives = {call.returned.receives}."
            tile.tell(time, words, call=call, cell=_cell(run, time, photo))
        elif what == log.APPLIED:
            tile.tell(time, f"{who} stored its result{' again' if photo in stored else ''}.")
            stored.add(photo)
        elif what == log.KNOWN:
            tile.tell(time, f"{who} gave it to your consumer, which knew it.")
        elif what == log.ACKED:
            call = next(call for call in acks if call.returned)
            tile.tell(time, f"{who} called ack({call.saw!r}): it left the queue.", call=call)
        elif what == log.DIED and photo >= 0:
            tile.tell(time, f"{who} died with it: no ack.")
        elif what == log.PUT_ASIDE:
            tile.tell(time, "became a dead letter.")


def _cell(run, until, photo):
    """Return code that makes the receive of a photo: from a queue with what was in it then."""
    given = ", ".join(
        f"{each}={run.settings[each]:g}" for each in run.takes if each in run.settings
    )
    gone = run.when(log.RECEIVED if run.forgets else log.ACKED, log.PUT_ASIDE)
    gone = {each for time, each in gone if time < until}
    lines = [f"queue = {name_of(run.queue)}({given})"]
    for time, what, each, _ in run.noted:
        if what == log.PUBLISHED and each not in gone:
            lines.append(f'queue.publish("photo-{each}.jpg", {time:.6g})')
        elif what == log.RECEIVED and each not in gone:
            lines.append(f"queue.receive({time:.6g})")
            if (time, each) == (until, photo):
                break
    return "\n".join(lines)


def _marks(reel, run, photos, lost, again):
    """Make buttons that go to what happens only now and then."""
    received, came_back = set(), []
    for time, photo in run.when(log.RECEIVED):
        if photo in received:
            came_back.append((time, photos[photo]))
        received.add(photo)
    if run.forgets:
        moments = {"the first lost photo": lost}
    else:
        moments = {"your first redelivery": came_back, "your first photo stored again": again}
    for name, each in moments.items():
        if each:
            reel.mark(name, *each[0])


def _captions(reel, runs):
    """Say what to look at in the first lane, and when the forgetful queue loses its first photo."""
    mine, other = runs[0], runs[-1]
    words = (
        "Each tile is a photo. What a worker has taken is only hidden (gray), for as long as its "
        "ring: the visibility timeout."
    )
    if mine.forgets:
        words = "Each tile is a photo. It waits for a worker, and its result goes to the store."
    said = [(0.0, words), *_events(mine)]
    if other is not mine and other.forgets:
        owner = "The forgetful queue's "
        lost = (each for each in _events(other, owner) if each[1].endswith("it is lost."))
        said += islice(lost, 1)
    for time, words in sorted(said):
        reel.caption(time, words)


def _events(run, owner=""):
    """Return [(time, words), …] of what does not go straight; owner: before a worker's name."""
    received, stored, at_work, said, before = set(), set(), {}, [], ()
    for time, what, photo, worker in run.noted:
        words, who = "", f"{owner}worker-{worker + 1}"
        if what == log.RECEIVED:
            if photo in received:
                words = f"The time of photo {photo} was over: it is delivered again."
            if photo in at_work.values():
                words = (
                    f"The time of photo {photo} was over, so it is delivered again; but its first "
                    "worker is alive, and still at work on it."
                )
            received.add(photo)
            at_work[worker] = photo
        elif what == log.APPLIED:
            if photo in stored:
                words = f"The result of photo {photo} is stored again: now it is a triangle."
            stored.add(photo)
        elif what == log.KNOWN:
            words = f"The result of photo {photo} was in the store already: your consumer knew it."
        elif what == log.PUT_ASIDE:
            words = f"Received {MAX_RECEIVES} times, never acked: photo {photo} is a dead letter."
        elif what == log.DIED:
            if photo < 0:
                words = f"{who} died. It was idle, so nothing is lost."
            elif before == (time, log.APPLIED, photo, worker):
                words = (
                    f"{who} died with photo {photo} stored, but not acked. The queue cannot know."
                )
            elif run.forgets:
                words = f"{who} died with photo {photo}, and no queue has it any more: it is lost."
            else:
                words = f"{who} died with photo {photo}. No ack will come: watch the photo's ring."
        if what in (log.FREE, log.DIED):
            at_work.pop(worker, None)
        if words:
            said.append((time, words))
        before = (time, what, photo, worker)
    return said
