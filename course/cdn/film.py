"""The film of notebook 05: two people in Sydney open a page with four photos.

Across is how long light takes for the way; each photo has a line of its own.
"""

from functools import cache

from course.cdn.pages import (
    CLICKS,
    EARLIER,
    FAILED,
    PHOTOS,
    SIZE,
    photo_loads,
    unanswered,
    way,
)
from course.cdn.world import BANDWIDTH, URLS
from course.engine import network
from course.engine.component import ComponentError, name_of
from course.engine.record import milliseconds
from course.engine.watching import watching
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

START, END = 2.0, 6.0  # s
RATE = 0.125  # of the run's seconds that play in a second
PEOPLE = ("Ann", "Ben")
SCREEN, SYDNEY, ORIGIN_AT, NEAR = 48, 76, 436, 96  # pixels across; the least between two of three
TOP, HIGH = 66, 42  # pixels down to the first photo, and from one to the next
BOTTOM = TOP + HIGH * (PHOTOS - 0.5)
AFTER = END + 4  # s: what has not ended then is still there at the end of the film
WAITS, DONE, LOST = "photo to come, and how much of it has", "photo is there", "failed"
SHAKES, ASKS = "handshake, acknowledgment", "request"
FROM_EDGE, FROM_ORIGIN = "10 packets from the edge", "10 packets from the origin"
FRESH, EXPIRED = "copy, and how long it stays fresh", "expired copy"
READ = 0.35  # s: a caption needs as long
STATES = {
    WAITS: (style.INK, "ring"),
    DONE: (style.INK, "square"),
    SHAKES: (style.GREY, "diamond"),
    ASKS: (style.INK, "triangle"),
    FROM_EDGE: (style.SKY, "disc"),
    FROM_ORIGIN: (style.GREEN, "disc"),
    FRESH: (style.SKY, "square"),
    EXPIRED: (style.ORANGE, "square"),
    LOST: (style.VERMILION, "cross"),
}

SAID = {
    "HIT": "HIT: the edge has a fresh copy, and sends it. The origin hears nothing.",
    "MISS": "MISS: no fresh copy at the edge, so the edge asks Frankfurt and keeps a copy. "
    "Its ring runs out with max-age.",
    "STALE": "STALE: the origin has stopped, and an old copy is better than none.",
    FAILED: "The origin has stopped, and the edge has nothing that it may serve: an error.",
}


def film(edge_cache=None, *, edges=5, max_age=2.0, stops_at=None):
    """Return the Reel of a page with four photos, opened twice, with an edge and without a CDN.

    edge_cache: a class with `fetch(url, now)`, made with `origin`; a plain cache without one.
    edges: how many are open; the nearest one answers. max_age: how long (s) a copy may live.
    stops_at: when the origin stops (s), None for never.
    If the cache fails, the film ends there; ComponentError if it fails before anyone clicks.
    """
    world = {"max_age": max_age, "stops_at": stops_at}
    reel = Reel(start=START, end=END, rate=RATE, states=STATES)
    path, loads, calls = way(edges), [], []
    watched, name, title = edge_cache, "", "a plain cache"
    if edge_cache is not None:
        watched, calls = watching(edge_cache, fetch=lambda url, now: (url, now))
        name = name_of(edge_cache)
        title = f"your {name}"
    try:
        for load in photo_loads(watched, edges=edges, **world):
            loads.append(load)
    except ComponentError as error:
        if len(calls) <= len(EARLIER):
            raise
        loads.append(unanswered(len(loads), edges))
        reel.fate, reel.end = str(error), loads[-1].requested
    lane = reel.lane(f"{title}, edge in {path.name}", _scene(edges))
    answers = _answers(loads, path, **world)
    _photos(lane, loads, path, reel.end)
    _copies(lane, loads, path, max_age)
    for number, (photo, (words, right)) in enumerate(zip(lane.actors, answers, strict=False)):
        call = calls[len(EARLIER) + number] if calls else None
        cell = _cell(name, loads[: number + 1], max_age) if calls else ""
        photo.tell(loads[number].requested, words, call=call, cell=cell)
        if calls and not right and not reel.marks:
            reel.mark("your first wrong answer", loads[number].requested, photo)
    others = list(photo_loads(edges=0, **world))
    straight = reel.lane("without a CDN", _scene(0))
    _photos(straight, others, way(0), reel.end)
    for each, pages in ((lane, loads), (straight, others)):
        _ends(each, pages, reel.end)
        if stops_at is not None:
            origin = each.actor("the origin has stopped")
            origin.at(stops_at, ORIGIN_AT, 38, LOST, size=8).stay(max(stops_at, AFTER))
    _captions(reel, loads, path, others, stops_at)
    return reel


def _x(path):
    """Return where the machine is that answers the users: an edge, or the origin."""
    if path.behind is None:
        return ORIGIN_AT
    share = path.round_trip / (path.round_trip + path.behind)
    at = SYDNEY + share * (ORIGIN_AT - SYDNEY)
    return min(max(at, SYDNEY + NEAR), ORIGIN_AT - NEAR)


@cache
def _scene(edges):
    path, scene = way(edges), Scene(480, int(BOTTOM) + 42)
    near = _x(path)
    places = [
        (SCREEN - 40, SYDNEY, "Sydney"),
        (ORIGIN_AT - 16, ORIGIN_AT + 16, "origin, Frankfurt"),
    ]
    if path.behind is not None:
        places.append((near - 16, near + 16, f"edge, {path.name}"))
    for photo in range(PHOTOS):
        scene.line((SYDNEY, _y(photo)), (ORIGIN_AT - 16, _y(photo)))
        scene.text(SCREEN - 34, _y(photo) - 17, f"photo {photo + 1}", size=9)
    for left, right, words in places:
        scene.box(left, 24, right - left, BOTTOM - 20, colour=style.GREY)
        middle = min(max((left + right) / 2, 30), 416)
        scene.text(middle, 12, words, at="center", bold=True)
    down = BOTTOM + 24
    ways = [(SYDNEY, near, path.round_trip)]
    if path.behind:
        ways.append((near, ORIGIN_AT, path.behind))
    for left, right, seconds in ways:
        scene.arrow(((left + right) / 2, down), (left + 4, down), colour=style.GREY)
        scene.arrow(((left + right) / 2, down), (right - 4, down), colour=style.GREY)
        scene.text((left + right) / 2, down - 9, f"{milliseconds(seconds)} ⇄", at="center")
    return scene


def _y(photo):
    return TOP + HIGH * photo


def _photos(lane, loads, path, end):
    """Let each photo on a screen be an actor, and every message that it needs another."""
    who = dict(zip(CLICKS, PEOPLE, strict=True))
    until = dict(zip(CLICKS, (*CLICKS[1:], AFTER), strict=True))  # the next one has the screen
    photos = [lane.actor(f"photo {load.photo + 1} for {who[load.clicked]}") for load in loads]
    for photo, load in zip(photos, loads, strict=True):
        y, got, half = _y(load.photo), 0, path.round_trip / 2
        photo.at(load.clicked, SCREEN, y, WAITS, size=7)
        words = f"A connection opens. {path.name} is {milliseconds(path.round_trip)} away, there "
        photo.tell(load.clicked, f"{words}and back.")
        _opening(lane, load, path, y)
        for packets in load.packets:
            got += packets.size
            _packets(lane, packets, path, y)
            photo.stay(packets.arrived).stay(packets.arrived, ring=got / SIZE)
        if load.failed:
            news = lane.actor("the news that it failed")
            news.at(load.ended - half, _x(path), y, LOST).at(load.ended, SYDNEY, y)
        if load.ended < AFTER:
            photo.stay(load.ended, LOST if load.failed else DONE, ring=0)
        photo.remain(until[load.clicked])
        if path.behind and load.asked:
            _behind(lane, load, path, y)
    for click, name in zip(CLICKS, PEOPLE, strict=True):
        if loads[-1].clicked >= click:
            person = lane.actor(f"{name}'s screen", name)
            person.at(click, SCREEN - 37, 34, WAITS, size=0).stay(until[click])
    seen = [load for load in loads if load.ended <= end]
    lane.count("photos", [load.ended for load in seen if not load.failed])
    lane.count("failed", [load.ended for load in seen if load.failed])
    asked = [load.requested for load in loads if load.asked and load.requested <= end]
    lane.count("origin asked", asked)
    for name, (whole, took) in _whole_pages(loads, end).items():
        lane.count(f"{name}'s page:", [START, whole], ["–", took])


def _whole_pages(loads, end):
    """Return for each person when the page was whole, and how long it took, as words."""
    found = {}
    for click, name in zip(CLICKS, PEOPLE, strict=True):
        mine = [load for load in loads if load.clicked == click]
        last = max((load.ended for load in mine), default=AFTER)
        if len(mine) == PHOTOS and last <= end:
            failed = any(load.failed for load in mine)
            found[name] = last, "failed" if failed else milliseconds(last - click)
    return found


def _ends(lane, loads, end):
    """Let each photo tell how long it took."""
    for photo, load in zip(lane.actors, loads, strict=False):
        if load.ended > end:
            continue
        took = milliseconds(load.ended - load.clicked)
        if load.failed:
            photo.tell(load.ended, f"After {took} comes the news that it failed.")
        else:
            alone = milliseconds(SIZE / BANDWIDTH)
            words = f"Is there after {took}. Its bytes alone take {alone}; the rest is distance."
            photo.tell(load.ended, words)


def _opening(lane, load, path, y):
    """Let the two handshakes go there and back, and then the request there."""
    near, trip = _x(path), path.round_trip
    broken = load.ended - trip / 2 if load.failed else AFTER
    for number, words in enumerate(("TCP", "TLS", "GET")):
        start = load.clicked + number * trip
        if start < load.ended:
            state = SHAKES if number < network.OPENING_ROUNDS else ASKS
            message = lane.actor(words, words).at(start, SYDNEY, y, state)
            message.at(start + trip / 2, near, y)
            if state == SHAKES and start + trip / 2 < broken:
                message.at(start + trip, SYDNEY, y)


def _packets(lane, packets, path, y):
    """Let ten packets come to the user, and for the first of a wave an acknowledgment go back."""
    name, near = f"ten packets of wave {packets.wave + 1}", _x(path)
    state = FROM_ORIGIN if path.behind is None else FROM_EDGE
    lane.actor(name).at(packets.sent, near, y, state).at(packets.arrived, SYDNEY, y)
    if packets.first:
        back = lane.actor(f"acknowledgment in wave {packets.wave + 1}")
        back.at(packets.arrived, SYDNEY, y + 8, SHAKES, size=3)
        back.at(packets.arrived + path.round_trip / 2, near, y + 8)


def _behind(lane, load, path, y):
    """Let the edge ask the origin and get the photo, or a refusal."""
    asked, near = load.requested, _x(path)
    question = lane.actor("the edge asks the origin").at(asked, near, y, ASKS)
    question.at(asked + path.behind / 2, ORIGIN_AT, y)
    question.stay(asked + path.behind / 2, FROM_ORIGIN if load.status == "MISS" else LOST)
    question.at(asked + path.behind, near, y)


def _answers(loads, path, *, max_age, stops_at):
    """Return of each request to an edge (what its cache said, and why, and whether that is right).

    A copy is fresh as long as the origin allowed, whatever the cache makes of that.
    """
    until, found = _earlier(max_age), []
    for load in loads:
        now, fresh_until = load.requested, until.get(load.photo)
        up = stops_at is None or now + path.behind / 2 < stops_at
        due = "MISS" if up else FAILED if fresh_until is None else "STALE"
        why = "Nothing was stored."
        if fresh_until is not None and now < fresh_until:
            due = "HIT"
            why = f"The copy was fresh for another {milliseconds(fresh_until - now)}."
        elif fresh_until is not None:
            why = f"The copy had expired {milliseconds(now - fresh_until)} before."
        said = f"said {load.status}" if load.status else "failed"
        words = f"The request is at the edge: the cache {said}. {why}"
        if load.status != due:
            words += f" {due} would be right."
        found.append((words, load.status == due))
        if load.status == "MISS" and max_age > 0:
            until[load.photo] = now + max_age
    return found


def _earlier(max_age):
    """Return until when the copies are fresh that the edge has before anyone clicks, by photo."""
    return {photo: time + max_age for time, photo in EARLIER if max_age > 0}


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
    asked = [*EARLIER, *((load.requested, load.photo) for load in loads)]
    fetches = [f"cache.fetch({URLS[photo]!r}, {now:.3f})" for now, photo in asked]
    stopped = [load.status in ("STALE", FAILED) for load in loads]
    if True in stopped:
        fetches.insert(len(EARLIER) + stopped.index(True), "up = False")
    return "\n".join([*lines, *fetches])


def _copies(lane, loads, path, max_age):
    """Show what the cache said, and its copies with the time for which each stays fresh."""
    near, copies, until = _x(path), {}, _earlier(max_age)
    for photo, fresh_until in until.items():
        ring = min(1.0, max(0.0, fresh_until - START) / max_age)
        copies[photo] = lane.actor(f"the copy of photo {photo + 1}")
        copies[photo].at(START, near, _y(photo), FRESH if ring else EXPIRED, size=7, ring=ring)
    for load in loads:
        came = load.requested + path.behind
        sign = lane.actor(f"what the cache said of photo {load.photo + 1}", load.status)
        since = came if load.status in ("STALE", FAILED) else load.requested
        gone = min((click for click in CLICKS if click > load.clicked), default=AFTER)
        sign.at(since, near + 14, _y(load.photo) - 13, ASKS, size=0).remain(gone)
        if load.status != "MISS" or max_age == 0:
            continue
        if load.photo in copies:
            _expire(copies[load.photo], until[load.photo], came)
        else:
            copies[load.photo] = lane.actor(f"the copy of photo {load.photo + 1}")
            copies[load.photo].at(came, near, _y(load.photo), FRESH, size=7)
        until[load.photo] = load.requested + max_age
        left = max(0.0, until[load.photo] - came)
        copies[load.photo].stay(came, FRESH, ring=left / max_age)
    for photo, copy in copies.items():
        _expire(copy, until[photo], AFTER)


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
        START: "Ann in Sydney opens a page with four photos; each has a connection of its own. "
        "First TCP's handshake, then that of TLS: two round trips, and no photo yet.",
        CLICKS[1]: "Ben opens the same page.",
    }
    if others[0].packets:
        times[others[0].packets[0].sent + 0.02] = (
            "Frankfurt sends 10 packets and waits for the answer, then 20, then 40. Most of the "
            "time the long way is empty."
        )
    if stops_at is not None:
        times[stops_at] = "The origin has stopped: what it has not sent is lost."
    answers = [(said[status], words) for status, words in SAID.items() if status in said]
    due, free = [*times.items(), *answers], START
    for time, words in sorted(due, key=lambda each: each[0]):
        if max(time, free) < reel.end:
            reel.caption(max(time, free), words)
            free = max(time, free) + READ
