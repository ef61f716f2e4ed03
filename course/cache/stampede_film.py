"""The film of a stampede: a page expires, and its readers wait; how many loads do they start?"""

import heapq
from functools import cache as cached
from functools import partial

import numpy as np

from course.cache.model import WORKERS
from course.cache.stampede import LOADED, OTHER, until_it_fails
from course.cache.traffic import LOAD_TIME
from course.engine import rows
from course.engine.component import name_of
from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.engine.recursion import first_come_first_served
from course.engine.watching import watching
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

READ_RATE, LOAD, TTL, OTHER_RATE, SEED = 200.0, 0.3, 4.0, 60.0, 1
BEFORE, AFTER = 0.15, 1.65  # s of the film before and after the page expires
RATE = 0.055  # of the run's seconds that play in a second
SHORTEST = 12.0  # seconds that a film plays at least, if the component fails early
WAY, STEP = 0.03, 0.012  # s across half of the stage, and to move up by one place

WIDTH, HEIGHT = 480, 276
LEFT, CACHE, OUT = 10, (92, 38), 62  # pixels
ROOM, COLUMNS, SEATS, APART = (40, 112), 11, 132, 12.5  # where readers wait: the first seat
HEAD, DOWN, QUEUED, CLOSE = (418, 112), 12, 216, 12.0  # where queries wait: the first one's place
WORKER, HIGH = 448, 36
READER, WAITS, ANSWERED = "a reader", "missed, and waits", "has the page"
QUERY, OTHERS, FRESH, EXPIRED = "a load of the page", "another query", "fresh page", "expired"
STATES = {
    READER: (style.SKY, "disc"),
    WAITS: (style.VERMILION, "disc"),
    ANSWERED: (style.GREEN, "disc"),
    QUERY: (style.ORANGE, "diamond"),
    OTHERS: (style.GREY, "square"),
    FRESH: (style.GREEN, "square"),
    EXPIRED: (style.VERMILION, "cross"),
}


def stampede_film(component=None, *, read_rate=READ_RATE, seed=SEED):
    """Return the Reel of one expiry: the component's lane, and the one where each miss loads.

    component, read_rate: as of `simulate_stampede`; without a component there is one lane. If the
    component fails, the film ends at that moment.
    """
    world = {"read_rate": read_rate, "load_time": LOAD, "ttl": TTL, "other_rate": OTHER_RATE}
    world |= {"seed": seed, "duration": TTL + AFTER}
    runs, fate, end = [], "", TTL + AFTER
    if component is not None:
        watched, calls = watching(component, get=lambda key: key)
        run, error = until_it_fails(watched, **world)
        runs.append((f"your {name_of(component)}", run, calls))
        if error:
            fate, end = str(error), min(end, run.duration)
    runs.append(("each miss loads", until_it_fails(**world)[0], ()))
    start = TTL - BEFORE
    rate = min(RATE, (end - start) / SHORTEST)
    reel = Reel(start=start, end=end, rate=rate, states=STATES, fate=fate)
    for title, run, calls in runs:
        lane = reel.lane(title, _scene())
        _page(lane, run, reel)
        _readers(lane, run, calls, title.removeprefix("your "), reel)
        _database(lane, run, reel)
        _count(lane, run, reel)
    _marks(reel, runs)
    _captions(reel, runs)
    return reel


@cached
def _scene():
    scene = Scene(WIDTH, HEIGHT)
    scene.box(CACHE[0] - 24, CACHE[1] - 24, 48, 48, colour=style.GREY)
    scene.text(CACHE[0] + 32, CACHE[1], "the front page, in the cache")
    x, y = ROOM
    scene.box(x - 12, y - 12, COLUMNS * APART + 11, HEIGHT - y - 4)
    scene.text(x - 12, y - 22, "readers who wait")
    x, y = HEAD
    scene.text(x + 6, y - 22, "the database's queue", at="right")
    scene.text(WORKER, y - 38, "database", at="center")
    scene.box(WORKER - 18, y - 28, 36, HIGH * WORKERS + 12, colour=style.GREY)
    scene.text(x - 46, HEIGHT - 8, "other queries of the site", at="right")
    for worker in range(WORKERS):
        scene.box(WORKER - 14, _height(worker) - 14, 28, 28)
    return scene


def _height(worker):
    return HEAD[1] - 8 + HIGH * worker


def _seat(number):
    """Return where the reader in this seat waits; there is one last seat for all who come later."""
    down, across = divmod(min(number, SEATS - 1), COLUMNS)
    return ROOM[0] + across * APART, ROOM[1] + down * APART


def _in_queue(place):
    """Return where a query waits that has `place` before it: the queue winds from right to left."""
    across, down = divmod(min(place, QUEUED - 1), DOWN)
    down = DOWN - 1 - down if across % 2 else down
    return HEAD[0] - across * CLOSE, HEAD[1] + down * CLOSE


def _page(lane, run, reel):
    """Let the page be fresh, with a ring for the time it has left, and expire."""
    page = lane.actor("the front page").at(0, *CACHE, FRESH, size=8, ring=1)
    page.at(min(TTL, reel.end), *CACHE, ring=0)
    if reel.end <= TTL:
        return
    page.stay(TTL, EXPIRED).tell(TTL, f"has been in the cache for {TTL:g} s, and expires.")
    back = float(np.nanmin(run.finished_at[run.place == LOADED], initial=NEVER))
    if back <= reel.end:
        page.stay(back).stay(back, FRESH, ring=1).tell(back, "has been loaded, and is fresh again.")
        page.stay(back + TTL, ring=0)
    else:
        page.stay(reel.end)


def _readers(lane, run, calls, name, reel):
    """Let every reader be an actor of the lane who is there during the film."""
    gets, seats, taken, since = iter(calls), list(range(len(run))), [], []
    columns = (run.place.tolist(), run.arrived_at.tolist(), run.finished_at.tolist())
    page = [row for row in zip(*columns, strict=True) if row[0] != OTHER]
    for number, (place, came, left) in enumerate(page, start=1):
        if came > min(reel.end, run.duration):
            break
        if left < reel.start:
            continue
        reader = lane.actor(f"reader {number}").at(came - 2 * WAY, LEFT, CACHE[1], READER, size=4.5)
        reader.at(came, *CACHE)
        if place == LOADED:
            while taken and taken[0][0] <= came:
                heapq.heappush(seats, heapq.heappop(taken)[1])
            seat = heapq.heappop(seats)
            heapq.heappush(taken, (left if left == left else NEVER, seat))
            reader.go(came, came + WAY, *_seat(seat), WAITS)
            since.append(round(came - TTL, 4))
            call = next(gets, None)
            cell = partial(_cell, name, since, len(since)) if calls else ""
            first = call.stood[0] if call and call.stood else None
            reader.tell(came, partial(_missed, run, came), call=call, line=first, cell=cell)
            then = partial(_then, came, left, reel.end)
            if left <= reel.end:
                reader.tell(left, then, call=call)
            else:
                reader.tell(reel.end, then)
        else:
            reader.tell(came, "was answered by the cache.")
        if left == left:
            out = (-LEFT, reader.ys[-1]) if place == LOADED else (LEFT, OUT)
            reader.go(left, left + 2 * WAY, *out, ANSWERED)
        else:
            reader.remain(reel.end)


def _cell(name, since, number):
    """Return code that reads the page as the first `number` readers who missed it did."""
    return f'read_at({name}, [("page", at) for at in {since[:number]}], load_time={LOAD})'


def _missed(run, came):
    """Return in words what was under way when a reader missed, and what was done about it."""
    under_way = int((run.load_starts < came).sum() - (run.load_ends <= came).sum())
    loads = {0: "No load was", 1: "1 load was"}.get(under_way, f"{under_way} loads were")
    mine = np.flatnonzero(run.load_starts == came)
    did = f"It started load {mine[0] + 1}" if len(mine) else "It started none"
    return f"missed the page. {loads} under way. {did}."


def _then(came, left, end):
    """Return in words how the wait of a reader who missed was over, or not, at the film's end."""
    took = milliseconds(left - came)
    if left <= end:
        return f"has the page after {took}."
    return f"still waits.{f' It has waited {took} when it gets the page.' if left == left else ''}"


def _database(lane, run, reel):
    """Let every query be an actor of the lane that is in the database during the film."""
    other = (run.place == OTHER) & (run.arrived_at <= run.duration)
    loads, others = len(run.load_starts), int(other.sum())
    came = np.r_[run.load_starts, run.arrived_at[other]]
    works = np.r_[np.full(loads, LOAD), np.full(others, LOAD_TIME)]
    names = [f"load {n + 1}" for n in range(loads)] + [f"query {n + 1}" for n in range(others)]
    order = np.argsort(came, kind="stable")
    served = first_come_first_served(came[order], works[order], WORKERS)
    starts, ends = served.started_at.tolist(), served.finished_at.tolist()
    came, names = came[order].tolist(), [names[n] for n in order]
    idle, busy = list(range(WORKERS)), []
    for name, at, start, end, moves in zip(
        names, came, starts, ends, rows.places(came, starts), strict=True
    ):
        while busy and busy[0][0] <= start:
            heapq.heappush(idle, heapq.heappop(busy)[1])
        worker = heapq.heappop(idle)
        heapq.heappush(busy, (end, worker))
        if end < reel.start or at > reel.end:
            continue
        loads = name.startswith("load")
        query = lane.actor(name)
        if loads:
            query.at(at, *CACHE, QUERY)
        else:
            query.at(at - WAY, HEAD[0] - 40, HEIGHT - 8, OTHERS, size=0)
            query.at(at, HEAD[0] - 30, HEIGHT - 8, size=3.5)
        takes = 2 * WAY if loads else WAY
        for time, place in moves:
            if time <= reel.end:
                query.go(time, time + takes, *_in_queue(place))
                takes = STEP
        _serve(query, (at, start, end), worker, reel.end, loads)


def _serve(query, times, worker, until, loads):
    """Let a query be served, and go: a load to the cache, with the page, another off the stage."""
    came, start, end = times
    waited = partial(_waited, start - came)
    query.tell(came, waited if start <= until else "came to the database.")
    if start > until:
        query.remain(until)
        return
    query.go(start, min(start + WAY, end), WORKER, _height(worker), ring=int(loads))
    query.remain(end, ring=0)
    if end <= until:
        query.tell(end, partial(_done, end - came))
        x, y = CACHE if loads else (WIDTH + 10, _height(worker))
        query.go(end, end + (2 * WAY if loads else WAY), x, y)


def _waited(seconds):
    return f"came to the database, and waited {milliseconds(seconds)} for a worker."


def _done(seconds):
    return f"is done after {milliseconds(seconds)}."


def _count(lane, run, reel):
    """Count, as the run does, who has an answer, and who waits where."""
    page = (run.place != OTHER) & (run.arrived_at <= run.duration)
    came, left = run.arrived_at[page], run.finished_at[page]
    missed = run.place[page] == LOADED
    events = (run.arrived_at, run.finished_at, run.load_starts, run.load_ends)
    times = np.unique(np.concatenate(events))
    times = times[(times > reel.start) & (times <= reel.end)]
    times = np.r_[reel.start, times]
    came, left = np.sort(came[missed]), np.sort(left[missed])  # nan, of who is still there, last
    waiting = np.searchsorted(came, times, "right") - np.searchsorted(left, times, "right")
    lane.count("waiting readers", times.tolist(), waiting.tolist())
    lane.count("loads", run.load_starts[run.load_starts <= reel.end].tolist())
    lane.count("in the database", times.tolist(), run.at_the_database(times).tolist())


def _marks(reel, runs):
    """Make buttons for the student's reader who waits longest, and for the slowest other query."""
    first, crowd = runs[0][1], runs[-1][1]
    missed = (first.place == LOADED) & (first.arrived_at < reel.end)
    if len(runs) > 1 and missed.any():
        waits = np.where(missed, first.finished_at - first.arrived_at, -1.0)
        slowest = int(np.where(np.isnan(waits), NEVER, waits).argmax())
        _mark(reel, 0, f"reader {_number(first, slowest)}", "your slowest reader", first, slowest)
    other = (crowd.place == OTHER) & (crowd.arrived_at < reel.end)
    slowest = int(np.where(other, crowd.finished_at - crowd.arrived_at, -1.0).argmax())
    words = "the slowest other query"
    _mark(reel, -1, f"query {_number(crowd, slowest)}", words, crowd, slowest)


def _number(run, row):
    """Return the number that a request has among the readers, or among the other queries."""
    same = (run.place == OTHER) == (run.place[row] == OTHER)
    return int(same[: row + 1].sum())


def _mark(reel, lane, name, words, run, row):
    time = float(run.arrived_at[row])
    for actor in reel.lanes[lane].actors:
        if actor.name == name and actor.place(time):
            reel.mark(words, time, actor)


def _captions(reel, runs):
    first = runs[0][1]
    reel.caption(
        reel.start,
        "The page is fresh: the cache answers its readers. The ring around it shows the time it "
        "has left: hardly any.",
    )
    came = first.arrived_at[(first.place == LOADED) & (first.arrived_at <= reel.end)]
    if not len(came):
        return
    reel.caption(TTL, "The page expires. Who comes now misses it, and waits. Who loads it?")
    back = float(np.min(first.load_ends, initial=NEVER))
    if back <= reel.end:
        told = " ".join(_told(title, run, back) for title, run, _ in runs)
        reel.caption(back, f"The first load is back. {told}")
    crowd = runs[-1][1]
    later = TTL + LOAD + 0.35
    if later < reel.end - 0.3:
        queue = int(crowd.at_the_database([later])[0])
        reel.caption(
            later,
            f"Where each miss loads, {queue} queries are in the database. The page is fresh, but "
            "its loads go on, and all the other queries of the site wait behind them.",
        )
    if not reel.fate:
        missed = crowd.place == LOADED
        seen = missed & (crowd.arrived_at <= reel.end)
        last = float(crowd.finished_at[seen].max(initial=0.0)) - TTL
        reel.caption(
            reel.end - 0.25,
            f"Where each miss loads, the last reader has the page {last:.1f} s after it expired.",
        )


def _told(title, run, time):
    """Return in words how many loads were started until `time`, and who has the page then."""
    loads = int((run.load_starts <= time).sum())
    missed = (run.place == LOADED) & (run.arrived_at <= time)
    got = int((run.finished_at[missed] <= time).sum())
    many = f"{loads} load{'s' if loads != 1 else ''}"
    return f"{title[0].upper()}{title[1:]}: {many}, the page for {got} of {missed.sum()} readers."
