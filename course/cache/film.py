"""The film of notebook 04: reads come to a shelf with room for a few photos, or go past it."""

import contextlib
import copy
import io
from dataclasses import dataclass
from functools import cache as cached

from course.cache.baselines import Fifo
from course.cache.model import simulate
from course.cache.traffic import traffic
from course.engine.component import ComponentError, make, name_of
from course.engine.record import milliseconds
from course.engine.watching import repeating, watching
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED, ROOM = 587_719, 5  # a seed whose reads come one by one, and tell the two rules apart
TRAFFIC = {"photos": 10, "skew": 1.0, "arrival_rate": 15.0, "requests": 26, "load_time": 0.03}
RATE = 0.055  # of the run's seconds that play in a second
WAY, STEP = 0.024, 0.014  # s across half of the stage, and from one place to the next

LEFT, DOOR, FIRST, APART, DATABASE = 12, 60, 112, 42, 440  # pixels across
IN, OVER, OUT, SHELF, BIN, TILE = 30, 74, 54, 104, 180, 12  # pixels down, and half of a tile
READ, HIT, MISS = "a read", "answered by the cache", "goes to the database"
KEPT, USED, LOADS, EVICTED = "in the cache", "used just now", "being loaded", "evicted"
STATES = {
    READ: (style.SKY, "disc"),
    HIT: (style.GREEN, "disc"),
    MISS: (style.VERMILION, "disc"),
    KEPT: (style.BLUE, "tile"),
    USED: (style.GREEN, "tile"),
    LOADS: (style.GREY, "tile"),
    EVICTED: (style.VERMILION, "tile"),
}


def film(component=None, *, capacity=ROOM, seed=SEED):
    """Return the Reel of a cache next to FIFO on the same reads.

    component: as of `simulate`, or None for FIFO alone. capacity: room in the cache. The photos in
    the component's cache stand in the order of their last use, those in FIFO's in the order in
    which they came; which of them goes is the cache's own choice. If the component fails, the film
    ends at that read.
    """
    world = TRAFFIC | {"seed": seed, "capacity": capacity}
    runs = [] if component is None else [_run(component, world, by_use=True)]
    runs.append(_run(Fifo, world, by_use=False))
    first = runs[0]
    end = first.came[-1] if first.fate else max(first.answered[-1], runs[-1].answered[-1])
    reel = Reel(
        start=first.came[0] - 2 * WAY,
        end=end + (0 if first.fate else 4 * WAY),
        rate=RATE,
        states=STATES,
        fate=first.fate,
    )
    for run in runs:
        title = f"your {run.name}" if run.by_use else "FIFO"
        lane = reel.lane(title, _scene(capacity, run.by_use))
        _show(lane, run)
        counted = run.came[: run.done]
        hits = [sum(run.hit[: n + 1]) for n in range(run.done)]
        lane.count("reads", counted)
        lane.count("hits", counted, hits)
        lane.count("hit ratio", counted, [f"{n / i:.0%}" for i, n in enumerate(hits, start=1)])
        lane.count("asked the database", counted, [i - n for i, n in enumerate(hits, start=1)])
    _marks(reel, runs)
    _captions(reel, runs)
    return reel


@dataclass
class _Run:
    """A run read by read: its key, when it came and was answered (s), whether it was a hit.

    held: what was in the cache before each read, and in the end. used: for each read, when each key
    was used last before it (`by_use`), or put. gets, puts: the Calls; None for a put that was not
    needed. done: how many reads were answered before the component failed.
    """

    name: str
    capacity: int
    by_use: bool
    fate: str
    keys: list
    came: list
    answered: list
    hit: list
    held: list
    used: list
    gets: list
    puts: list
    done: int

    def gone(self, i):
        """Return what the cache no longer holds after read `i`, in the order of its last use."""
        return sorted(self.held[i] - self.held[i + 1], key=self.used[i].get)

    def due(self, i):
        """Return which of the keys in the cache before read `i` was not used for longest."""
        return min(self.held[i], key=self.used[i].get)

    def wrong(self, i):
        """Return whether read `i` made the cache evict another key than LRU would."""
        return bool(self.gone(i)) and self.due(i) not in self.gone(i)


def _run(component, world, *, by_use):
    """Return the _Run of a component; one that fails is shown up to the read it failed at."""
    seen = {}

    def watched(capacity):
        cache = seen["cache"] = make(component, seed=world["seed"], capacity=capacity)
        seen["kind"] = type(cache)
        see = {"get": lambda key: _held(**seen, keys=keys), "put": lambda key, value: key}
        cache.__class__, calls = watching(seen["kind"], **see)
        found.append(calls)
        return cache

    watched.__name__ = name_of(component)
    arrived = {name: world[name] for name in (*TRAFFIC, "seed")}
    asked = traffic(**arrived, write_share=0.0).keys.tolist()
    keys, found, fate = sorted(set(asked)), [], ""
    try:
        result = simulate(watched, **world, warm_up=0)
    except ComponentError as error:
        if not (found and found[0].of("get")):
            raise
        fate = str(error)
        same = repeating(found[0], get=_as_then, put=lambda *_: None)
        result = simulate(lambda: same, **world, warm_up=0)
    gets, puts = found[0].of("get"), iter(found[0].of("put"))
    reads, hits = len(gets), result.hit.tolist()
    held = [call.saw for call in gets]
    held.append(held[-1] if fate else _held(**seen, keys=keys))
    used, last = [], {}
    for key, time, hit in zip(asked[:reads], result.arrived_at.tolist(), hits, strict=False):
        used.append({each: last.get(each, 0.0) for each in keys})
        if by_use or not hit:
            last[key] = time
    return _Run(
        name=name_of(component),
        capacity=world["capacity"],
        by_use=by_use,
        fate=fate,
        keys=asked[:reads],
        came=result.arrived_at.tolist()[:reads],
        answered=result.finished_at.tolist()[:reads],
        hit=hits[:reads],
        held=held,
        used=used,
        gets=gets,
        puts=[None if hit else next(puts, None) for hit in hits[:reads]],
        done=reads - bool(fate),
    )


def _held(cache, kind, keys):
    """Return which keys a cache answers. A copy of it is asked: the cache itself notices nothing.

    kind: the class of the cache that is not watched.
    """
    held = set()
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        asked = copy.deepcopy(cache)
        asked.__class__ = kind
        held = {key for key in keys if asked.get(key) is not None}
    return held


def _as_then(get, key):
    return get and get.returned


@cached
def _scene(room, by_use):
    scene = Scene(480, 204)
    wide = max(room, 1) * APART
    scene.box(FIRST - APART / 2, SHELF - 19, wide, 38, colour=style.GREY)
    for place in range(1, room):
        x = FIRST + (place - 0.5) * APART
        scene.line((x, SHELF + 9), (x, SHELF + 19))
    ends = ("used last", "longest not used") if by_use else ("came last", "oldest")
    right = FIRST + wide - APART / 2
    scene.text(FIRST - APART / 2, SHELF + 30, ends[0])
    scene.text(right, SHELF + 30, ends[1], at="right")
    scene.text(FIRST - APART / 2 - 8, SHELF, "cache", at="right")
    scene.box(DATABASE - 32, 12, 64, 36, colour=style.GREY)
    scene.text(DATABASE, 58, "database", at="center")
    x = _across(room - 1)
    scene.line((x - 34, BIN - 18), (x - 26, BIN + 17), (x + 26, BIN + 17), (x + 34, BIN - 18))
    scene.text(x - 40, BIN, "evicted", at="right")
    return scene


def _across(place):
    return FIRST + max(place, 0) * APART


def _show(lane, run):
    """Let every read be an actor of the lane, and every photo from when it came till it goes."""
    tiles, later = {}, {}  # the tile of each key; of each key, what it will turn into, and when

    def turn_until(time):
        for key, (when, state) in list(later.items()):
            if when <= time:
                tiles[key].turn(when, state)
                del later[key]

    for i, (key, came, answered) in enumerate(zip(run.keys, run.came, run.answered, strict=True)):
        read = lane.actor(f"read {i + 1}", f"{key}").at(came - WAY, LEFT, IN, READ)
        read.at(came, DOOR, IN)
        _tell(read, run, i)
        if i == run.done:
            break
        turn_until(came)
        for gone in run.gone(i):
            tile = tiles.pop(gone)
            later.pop(gone, None)
            _, call, cell = _put(run, i)
            tile.go(came, came + 2 * STEP, _across(run.capacity - 1), BIN, EVICTED)
            tile.stay(came + 3 * STEP)
            tile.tell(came, f"was evicted for photo {key}.", call=call, cell=cell)
        now = run.used[i] | ({key: came} if run.by_use or not run.hit[i] else {})
        order = sorted(run.held[i + 1], key=now.get, reverse=True)
        for place, each in enumerate(order):
            x = _across(min(place, run.capacity))
            if each not in tiles:
                tiles[each] = lane.actor(f"photo {each} in the cache", f"{each}")
                tiles[each].at(came, x, SHELF, LOADS, size=1).at(came + STEP, x, SHELF, size=TILE)
                tiles[each].tell(came, f"read {i + 1} missed it, so it was put here.")
                later[each] = (answered + WAY, KEPT)
            elif abs(tiles[each].xs[-1] - x) > 1:
                tiles[each].go(came, came + STEP, x, SHELF)
        here = _across(order.index(key)) if key in order else _across(0)
        if run.hit[i]:
            read.go(came, came + STEP, here, OVER, HIT)
            read.go(came + 2 * STEP, came + 2 * STEP + WAY, LEFT, OUT)
        else:
            read.go(came, came + min(WAY, answered - came), DATABASE, IN, MISS)
            read.go(answered, answered + WAY, here, OVER)
            read.go(answered + WAY + STEP, answered + 2 * WAY + STEP, LEFT, OUT)
        if run.hit[i] and key in tiles:
            tiles[key].tell(came, f"answered read {i + 1}.")
            if key not in later or later[key][0] < came + 4 * STEP:
                tiles[key].turn(came, USED)
                later[key] = (came + 4 * STEP, KEPT)
    turn_until(float("inf"))
    for tile in tiles.values():
        tile.remain(run.answered[-1] + 4 * WAY)


def _tell(read, run, i):
    """Tell the story of read `i`: what was called, which line decided, and how it ended."""
    key, came, get = run.keys[i], run.came[i], run.gets[i]
    cell = f"{_before(run, i)}print(cache.get({key}))"
    found = "found it" if run.hit[i] else "returned None"
    if i == run.done:
        found = "was its last call" if get.error is None else f"raised {type(get.error).__name__}"
    read.tell(came, f"asks for photo {key}. get({key}) {found}.", call=get, cell=cell)
    if i < run.done:
        words, call, cell = _put(run, i)
        if words:
            read.tell(came, words, call=call, cell=cell)
        who = "cache" if run.hit[i] else "database"
        took = milliseconds(run.answered[i] - came)
        read.tell(run.answered[i], f"was answered by the {who} after {took}.")


def _before(run, i):
    """Return the code that brings a cache to where it was before read `i`."""
    imported = "from course.cache import Fifo\n\n" if run.name == "Fifo" else ""
    return (
        f"{imported}cache = {run.name}({run.capacity})\nfor key in {run.keys[:i]}:\n"
        '    if cache.get(key) is None:\n        cache.put(key, f"photo {key}")\n'
    )


def _put(run, i):
    """Return (words, call, cell) about the put of read `i`; "" and None if there was none."""
    key, call = run.keys[i], run.puts[i]
    cell = f'{_before(run, i)}cache.put({key}, "photo {key}")'
    gone = run.gone(i)
    if call is None and not gone:
        return "", None, ""
    if not gone:
        kept = "there was room" if key in run.held[i + 1] else "the cache did not keep it"
        return f"put({key}, …): {kept}.", call, cell
    which = " and ".join(f"photo {each}" for each in gone)
    due, since = (
        run.due(i),
        {each: milliseconds(run.came[i] - t) for each, t in run.used[i].items()},
    )
    how = "used last" if run.by_use else "put"
    why = f"It was {how} {since[gone[0]]} before, longer ago than any other."
    if due not in gone:
        why = f"It was {how} {since[gone[0]]} before, but photo {due}, which stayed, {since[due]}."
    return f"put({key}, …): {which} went. {why}", call, cell


def _marks(reel, runs):
    """Make buttons for the first read that tells the student's cache from FIFO, and from LRU."""
    yours, fifo = runs[0], runs[-1]
    reads = [actor for actor in reel.lanes[0].actors if actor.name.startswith("read")]
    if yours is fifo:
        return
    for i in range(yours.done):
        if yours.hit[i] and not fifo.hit[i]:
            reel.mark("your first hit that FIFO misses", yours.came[i], reads[i])
            break
    for i in range(yours.done):
        if yours.wrong(i):
            reel.mark("your first eviction that is not LRU's", yours.came[i], reads[i])
            break


def _captions(reel, runs):
    yours, fifo = runs[0], runs[-1]
    room = f"room for {yours.capacity}" if yours.capacity else "no room"
    reel.caption(
        reel.start,
        f"Each dot asks for the photo whose number it carries. The cache has {room} of the 10.",
    )
    say = _alone if yours is fifo else _beside
    said = set()
    for i in range(yours.done):
        about, words = say(runs, i, said)
        recent = yours.came[i] - reel.captions[-1][0] < 3 * RATE  # what was said is still read
        if words and not (recent and about in said):
            said.add(about)
            reel.caption(yours.came[i], words)
    if not yours.fate:
        names = [f"your {yours.name}", "FIFO"][-len(runs) :]
        ends = [f"{name} {sum(run.hit)}" for name, run in zip(names, runs, strict=True)]
        reads = len(yours.came)
        words = f"Of {reads} reads, these found their photo in the cache: {', '.join(ends)}."
        reel.caption(max(run.answered[-1] for run in runs), words)


def _alone(runs, i, said):
    """Return (subject, sentence) about read `i` of FIFO alone; "" if there is nothing to say."""
    (run,), key = runs, runs[0].keys[i]
    if run.hit[i] and "hit" not in said:
        return "hit", f"Photo {key} is on the shelf: a hit. The database hears nothing of it."
    if run.gone(i) and "full" not in said:
        return "full", f"The shelf is full. Photo {run.gone(i)[0]} came first, so it goes."
    if not run.hit[i] and key in run.keys[:i]:
        return "again", f"Photo {key} again, but it was evicted: the database is asked once more."
    return "", ""


def _beside(runs, i, said):
    """Return (subject, sentence) about read `i` of a student's cache and of FIFO, or ""s."""
    (yours, fifo), key = runs, runs[0].keys[i]
    score = f"So far {sum(yours.hit[: i + 1])} hits to {sum(fifo.hit[: i + 1])}."
    if yours.wrong(i) and "wrong" not in said:
        gone, due = yours.gone(i)[0], yours.due(i)
        return "wrong", f"Yours drops photo {gone}, although photo {due} was used less recently."
    if yours.gone(i) and fifo.gone(i) and "full" not in said:
        mine, other = yours.gone(i)[0], fifo.gone(i)[0]
        return "full", (
            f"The shelves are full. Yours drops photo {mine}, unused for the longest time; FIFO "
            f"drops photo {other}, which came first."
        )
    if yours.hit[i] and not fifo.hit[i]:
        return "split", f"Photo {key}: a hit on your shelf. FIFO has thrown it out. {score}"
    if fifo.hit[i] and not yours.hit[i]:
        return "split", f"Photo {key}: FIFO has kept it, and yours has thrown it out. {score}"
    return "", ""
