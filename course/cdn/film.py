"""The film of notebook 05: people in Sydney load a page, over the true distances in light's time.

Across is how long the way is; each person has a line of their own.
"""

from functools import cache

from course.cdn.pages import CLICKS, FAILED, PAGE, page_loads, unanswered, way
from course.cdn.world import BANDWIDTH, URLS
from course.engine import network
from course.engine.component import ComponentError, name_of
from course.engine.record import milliseconds
from course.engine.watching import watching
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SECONDS = 4.2
RATE = 0.14  # of the run's seconds that play in a second
USERS, ORIGIN_AT, NEAR = 46, 446, 76  # pixels across; the least between two of the three
TOP, HIGH = 52, 33  # pixels down to the first person, and from one to the next
BOTTOM = TOP + HIGH * (len(CLICKS) - 0.5)
AFTER = SECONDS + 4  # s: what has not ended then is still there at the end of the film
WAITS, DONE, LOST = "waits for the page", "has the page", "failed"
SHAKES, ASKS = "handshake, acknowledgment", "request"
FROM_EDGE, FROM_ORIGIN = "10 packets from the edge", "10 packets from the origin"
FRESH, EXPIRED = "copy, and how long it stays fresh", "expired copy"
READ = 0.35  # s: a caption needs as long
STATES = {
    WAITS: (style.INK, "ring"),
    DONE: (style.INK, "disc"),
    SHAKES: (style.GREY, "diamond"),
    ASKS: (style.INK, "triangle"),
    FROM_EDGE: (style.SKY, "disc"),
    FROM_ORIGIN: (style.GREEN, "disc"),
    FRESH: (style.SKY, "square"),
    EXPIRED: (style.ORANGE, "square"),
    LOST: (style.VERMILION, "cross"),
}

SAID = {
    "MISS": "MISS: no fresh copy at the edge, so the edge asks Frankfurt and keeps a copy. "
    "Its ring runs out with max-age.",
    "HIT": "HIT: the copy is fresh. The page comes from the edge alone.",
    "STALE": "STALE: the origin has stopped, and an old copy is better than none.",
    FAILED: "The origin has stopped, and the edge has nothing that it may serve: an error.",
}


def film(edge_cache=None, *, edges=5, max_age=1.0, stops_at=None):
    """Return the Reel of five page loads from Sydney with an edge, next to those without a CDN.

    edge_cache: a class with `fetch(url, now)`, made with `origin`; a plain cache without one.
    edges: how many are open; the nearest one answers. max_age: how long (s) a copy may live.
    stops_at: when the origin stops (s), None for never.
    If the cache fails, the film ends there.
    """
    world = {"max_age": max_age, "stops_at": stops_at}
    reel = Reel(end=SECONDS, rate=RATE, states=STATES)
    path, loads, calls = way(edges), [], []
    watched, name, title = edge_cache, "", "a plain cache"
    if edge_cache is not None:
        watched, calls = watching(edge_cache, fetch=lambda url, now: (url, now))
        name = name_of(edge_cache)
        title = f"your {name}"
    try:
        for load in page_loads(watched, edges=edges, **world):
            loads.append(load)
    except ComponentError as error:
        if not len(calls):
            raise
        loads.append(unanswered(len(loads), edges))
        reel.fate, reel.end = str(error), loads[-1].requested
    lane = reel.lane(f"{title}, edge in {path.name}", _scene(edges))
    answers = _answers(loads, path, **world)
    _pages(lane, loads, path, reel.end)
    _cache(lane, loads, path, max_age)
    for number, (person, (words, right)) in enumerate(zip(lane.actors, answers, strict=False)):
        call = calls[number] if calls else None
        cell = _cell(name, loads[: number + 1], max_age) if calls else ""
        person.tell(loads[number].requested, words, call=call, cell=cell)
        if calls and not right and not reel.marks:
            reel.mark("your first wrong answer", loads[number].requested, person)
    others = list(page_loads(edges=0, **world))
    straight = reel.lane("without a CDN", _scene(0))
    _pages(straight, others, way(0), reel.end)
    for each, pages in ((lane, loads), (straight, others)):
        _ends(each, pages, reel.end)
        if stops_at is not None:
            origin = each.actor("the origin has stopped")
            origin.at(stops_at, ORIGIN_AT, 38, LOST, size=7).stay(max(stops_at, AFTER))
    _captions(reel, loads, path, others, stops_at)
    return reel


def _x(path):
    """Return where the machine is that answers the users: an edge, or the origin."""
    if path.behind is None:
        return ORIGIN_AT
    share = path.round_trip / (path.round_trip + path.behind)
    at = USERS + share * (ORIGIN_AT - USERS)
    return min(max(at, USERS + NEAR), ORIGIN_AT - NEAR)


@cache
def _scene(edges):
    path, scene = way(edges), Scene(480, int(BOTTOM) + 42)
    for number in range(len(CLICKS)):
        scene.line((USERS, _y(number)), (ORIGIN_AT, _y(number)))
    scene.text(4, 12, "Sydney")
    machines = [(ORIGIN_AT, "origin, Frankfurt", "right", 476)]
    if path.behind is not None:
        machines.append((_x(path), f"edge, {path.name}", "center", _x(path)))
    for x, words, at, end in machines:
        scene.box(x - 9, 24, 18, BOTTOM - 20, colour=style.GREY)
        scene.text(end, 12, words, at=at)
    down = BOTTOM + 24
    ways = [(USERS, _x(path), path.round_trip)]
    if path.behind:
        ways.append((_x(path), ORIGIN_AT, path.behind))
    for left, right, seconds in ways:
        scene.arrow(((left + right) / 2, down), (left + 4, down), colour=style.GREY)
        scene.arrow(((left + right) / 2, down), (right - 4, down), colour=style.GREY)
        scene.text((left + right) / 2, down - 9, f"{milliseconds(seconds)} ⇄", at="center")
    return scene


def _y(number):
    return TOP + HIGH * number


def _pages(lane, loads, path, end):
    """Let everybody who loads a page be an actor, and every message of theirs another."""
    people = [lane.actor(f"person {i + 1}") for i in range(len(loads))]
    for number, (person, load) in enumerate(zip(people, loads, strict=True)):
        y, got, half = _y(number), 0, path.round_trip / 2
        person.at(load.clicked, USERS - 14, y, WAITS, size=6)
        words = f"clicks. {path.name} is {milliseconds(path.round_trip)} away, there and back."
        person.tell(load.clicked, words)
        _opening(lane, load, path, y)
        for packets in load.packets:
            got += packets.size
            _packets(lane, packets, path, y)
            person.stay(packets.arrived).stay(packets.arrived, ring=got / PAGE)
        if load.failed:
            news = lane.actor("the news that it failed")
            news.at(load.ended - half, _x(path), y, LOST, size=4).at(load.ended, USERS, y)
        if load.ended < AFTER:
            person.stay(load.ended, LOST if load.failed else DONE, ring=0)
        person.stay(AFTER)
        if path.behind and load.asked:
            _behind(lane, load, path, y)
    seen = [load for load in loads if load.ended <= end]
    done = sorted((load.ended, load.ended - load.clicked) for load in seen if not load.failed)
    ends = [ended for ended, _ in done]
    lane.count("pages", ends)
    lane.count("failed", [load.ended for load in seen if load.failed])
    asked = [load.requested for load in loads if load.asked and load.requested <= end]
    lane.count("origin asked", asked)
    took = ["–", *(milliseconds(took) for _, took in done)]
    lane.count("the latest took", [0.0, *ends], took)


def _ends(lane, loads, end):
    """Let each person tell how long the page took."""
    for person, load in zip(lane.actors, loads, strict=False):
        if load.ended > end:
            continue
        took = milliseconds(load.ended - load.clicked)
        if load.failed:
            person.tell(load.ended, f"hears after {took} that it failed.")
        else:
            alone = milliseconds(PAGE / BANDWIDTH)
            words = (
                f"has the page after {took}. Its bytes alone take {alone}; the rest is distance."
            )
            person.tell(load.ended, words)


def _opening(lane, load, path, y):
    """Let the two handshakes go there and back, and then the request there."""
    near, trip = _x(path), path.round_trip
    broken = load.ended - trip / 2 if load.failed else AFTER
    for number, words in enumerate(("TCP: hello", "TLS: keys", "GET the page")):
        start = load.clicked + number * trip
        if start < load.ended:
            state = SHAKES if number < network.OPENING_ROUNDS else ASKS
            message = lane.actor(words).at(start, USERS, y, state, size=4)
            message.at(start + trip / 2, near, y)
            if state == SHAKES and start + trip / 2 < broken:
                message.at(start + trip, USERS, y)


def _packets(lane, packets, path, y):
    """Let ten packets come to the user, and for the first of a wave an acknowledgment go back."""
    name, near = f"ten packets of wave {packets.wave + 1}", _x(path)
    state = FROM_ORIGIN if path.behind is None else FROM_EDGE
    lane.actor(name).at(packets.sent, near, y, state, size=4).at(packets.arrived, USERS, y)
    if packets.first:
        back = lane.actor(f"acknowledgment in wave {packets.wave + 1}")
        back.at(packets.arrived, USERS, y + 6, SHAKES, size=2.5)
        back.at(packets.arrived + path.round_trip / 2, near, y + 6)


def _behind(lane, load, path, y):
    """Let the edge ask the origin and get the page, or a refusal."""
    asked, near = load.requested, _x(path)
    question = lane.actor("the edge asks the origin").at(asked, near, y, ASKS, size=4)
    question.at(asked + path.behind / 2, ORIGIN_AT, y)
    question.stay(asked + path.behind / 2, FROM_ORIGIN if load.status == "MISS" else LOST)
    question.at(asked + path.behind, near, y)


def _answers(loads, path, *, max_age, stops_at):
    """Return of each request to an edge (what its cache said, and why, and whether that is right).

    A copy is fresh as long as the origin allowed, whatever the cache makes of that.
    """
    until, found = None, []
    for load in loads:
        now = load.requested
        up = stops_at is None or now + path.behind / 2 < stops_at
        due = "MISS" if up else FAILED if until is None else "STALE"
        why = "Nothing was stored."
        if until is not None and now < until:
            due = "HIT"
            why = f"The copy was fresh for another {milliseconds(until - now)}."
        elif until is not None:
            why = f"The copy had expired {milliseconds(now - until)} before."
        said = f"said {load.status}" if load.status else "failed"
        words = f"has its request at the edge: the cache {said}. {why}"
        if load.status != due:
            words += f" {due} would be right."
        found.append((words, load.status == due))
        if load.status == "MISS":
            until = now + max_age if max_age > 0 else None
    return found


def _cell(name, loads, max_age):
    """Return code that makes the last of these requests of the cache, after those before it."""
    lines = [
        "up = True",
        "def origin(url):",
        "    if not up:",
        "        raise OriginDown",
        f'    return "a photo", {max_age:g}',
        f"cache = {name}(origin)",
    ]
    fetches = [f"cache.fetch({URLS[0]!r}, {load.requested:.3f})" for load in loads]
    stopped = [load.status in ("STALE", FAILED) for load in loads]
    if True in stopped:
        fetches.insert(stopped.index(True), "up = False")
    return "\n".join([*lines, *fetches])


def _cache(lane, loads, path, max_age):
    """Show what the cache said, and its copy with the time for which it stays fresh."""
    near, copy, until = _x(path), None, 0.0
    for number, load in enumerate(loads):
        came = load.requested + path.behind
        sign = lane.actor(f"what the cache said to person {number + 1}", load.status)
        since = came if load.status in ("STALE", FAILED) else load.requested
        sign.at(since, near + 8, _y(number) - 9, ASKS, size=0).stay(AFTER)
        if load.status != "MISS" or max_age == 0:
            continue
        if copy is None:
            copy = lane.actor("the copy at the edge").at(came, near, 38, FRESH)
        else:
            _expire(copy, until, came)
        until = load.requested + max_age
        copy.stay(came, FRESH, ring=max(0.0, until - came) / max_age)
    if copy:
        _expire(copy, until, AFTER)


def _expire(copy, until, end):
    """Let the copy's ring run out at `until`, if that comes before `end`."""
    left = copy.rings[-1] * max(0.0, until - end) / max(1e-9, until - copy.times[-1])
    if until <= end:
        copy.remain(until, EXPIRED, ring=0)
    copy.stay(end, ring=left)


def _captions(reel, loads, path, others, stops_at):
    """Say what to look at, when it happens, or as soon as the sentence before has been read."""
    said = {}
    for load in loads:
        late = path.behind if load.status in ("STALE", FAILED) else 0.0
        said.setdefault(load.status, load.requested + late)
    times = {
        0.0: "Five people in Sydney click one after another. Before a page comes, three round "
        "trips: TCP's handshake, that of TLS, and the request.",
    }
    if others[0].packets:
        times[others[0].packets[0].sent + 0.02] = (
            "Frankfurt sends 10 packets and waits for the answer, then 20, then 40. Most of the "
            "time the long way is empty."
        )
    if stops_at is not None:
        times[stops_at] = "The origin has stopped: what it has not sent is lost."
    times |= {said[status]: words for status, words in SAID.items() if status in said}
    free = 0.0
    for time in sorted(times):
        if max(time, free) < reel.end:
            reel.caption(max(time, free), times[time])
        free = max(time, free) + READ
