"""The film of a bad day: requests go through the tiers of a design, and end where one answers.

There are hundreds of millions of them, so a dot stands for many. It reaches a tier when the run has
counted so many requests there; how long its way takes is drawn, not simulated. What a tier refuses
is piled up below it.
"""

from functools import cache

import numpy as np

from course.engine.component import name_of
from course.engine.parameters import NEVER
from course.engine.watching import watching
from course.engine.workload import DAY
from course.millions_of_users import gauges, sheet
from course.millions_of_users.baselines import LAST_YEAR
from course.millions_of_users.days import PUBLISHED, PUBLISHED_INCIDENTS
from course.millions_of_users.design import Architecture, design_of
from course.millions_of_users.gauges import FINE, TOO_MUCH
from course.millions_of_users.model import result_of
from course.millions_of_users.picture import clock
from course.millions_of_users.tiers import TIERS, flow
from course.millions_of_users.traffic import KINDS, STEP, centers_of
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED = 1
EARLIER, LATER = 900.0, 2700.0  # s shown before an incident, and from it on
PLAYS = 32.0  # s that the film takes
DOTS = 1000  # at most so many are shown of what comes, about
LEG = 0.45  # s of the film from one box to the next
SOON = 300.0  # s: what else is refused so soon is told at once
TO_READ = 2.5  # s of the film: a caption needs as long
EVERY, SLOWLY = 120, 30  # at so many moments lamps and counters change; and gauges
WHOLE_DAY = "the whole day"
USERS = (12, 112)
BOXES = {  # the middle, in pixels, and half of the width and height
    "CDN": (96, 32, 40, 22),
    "data centers": (96, 112, 40, 28),
    "web servers": (226, 112, 50, 32),
    "cache": (400, 32, 66, 22),
    "shards": (400, 106, 66, 38),
    "queue": (400, 196, 66, 22),
}
CROSSES, ROWS = 8, 3  # pixels from one refused dot to the next in its pile; rows of a pile
CROWD, FADED = (9, 156), 600.0  # where it is told; s until a third of a crowd is left
FILE, READ, WRITE, UPLOAD = "files", "pages: read", "pages: write", "uploads"
REFUSED, DIED = "refused", "died"
LOOKS = {
    FILE: (style.GREY, "disc"),
    READ: (style.SKY, "disc"),
    WRITE: (style.ORANGE, "square"),
    UPLOAD: (style.PURPLE, "diamond"),
    REFUSED: (style.VERMILION, "cross"),
    DIED: (style.INK, "cross"),
    FINE: (style.GREEN, "disc"),
    TOO_MUCH: (style.VERMILION, "triangle"),
}
INSIDE = ("data centers", "web servers")  # the way of what the CDN does not answer
WHERE = {  # tier of the simulation → box that refuses
    "data centers": "data centers",
    "web servers": "web servers",
    "database reads": "shards",
    "database writes": "shards",
    "queue": "queue",
}
WORDS = {
    "web_server": "A web server dies.",
    "cache_node": "A cache node dies: its part of the hits is missing.",
    "replica": "A replica dies: the others get its reads.",
    "primary": "A primary dies: its shard refuses writes until a replica is promoted.",
    "crowd": "A crowd comes.",
    "data_center": "A whole data center dies. Its users get errors until geoDNS sends them away.",
}
FAILS = {  # kind of incident → (box that it hits, how long it is seen there)
    "web_server": ("web servers", sheet.SERVER_GONE),
    "cache_node": ("cache", sheet.SERVER_GONE),
    "replica": ("shards", sheet.NODE_GONE),
    "primary": ("shards", sheet.NODE_GONE),
    "data_center": ("data centers", sheet.NODE_GONE),
}


def film(design=None, *, watch="data_center", incidents=PUBLISHED_INCIDENTS, seed=SEED):
    """Return the Reel of some hours of a day on a design, next to last year's design.

    design: as of `simulate`, or None for last year's alone (then without its bill). watch: one of
    `traffic.KINDS`, whose hour is shown, or WHOLE_DAY. incidents: of the published traffic.
    """
    start, end = _hours(watch, incidents)
    rate = (end - start) / PLAYS
    reel = Reel(start=start, end=end, rate=rate, states=LOOKS, clock=(3600, "h:mm"))
    runs = {"last year's design": (LAST_YEAR, None)}
    if design is not None:
        plan, call = _built(design)
        runs = {f"your {name_of(design)}": (plan, call), **runs}
    dot = 0
    for title, (plan, call) in runs.items():
        day = flow(plan, PUBLISHED, incidents)
        result = result_of(day, seed)
        here = (day.times >= start) & (day.times < end)
        dot = dot or _dot(float(day.offered[here].sum()))
        names = tuple(name for name in gauges.HEIGHTS if design is not None or name != "bill")
        lane = reel.lane(title, _scene(plan, names))
        lamps = _lamps(lane, result, (start, end), call)
        _dots(lane, day, lamps, dot, (start, end), LEG * rate)
        _incidents(lane, result, lamps, (start, end))
        gauges.show(lane, day, result, names, _sampled(start, end, SLOWLY))
        _counters(lane, result, (start, end))
        _mark(reel, lane, result, lamps, (start, end), design is not None and plan is not LAST_YEAR)
        if len(reel.lanes) == 1:
            said, last = _captions(reel, result, dot), _last(result) if design is not None else ""
        said += _refusals(title, result, (start, end))
    _say(reel, said, last)
    return reel


def _hours(watch, incidents):
    if watch == WHOLE_DAY:
        return 0.0, float(DAY)
    time = min(getattr(incidents, watch), DAY) // STEP * STEP
    start = max(0.0, time - EARLIER)
    return start, min(start + EARLIER + LATER, float(DAY))


def _built(design):
    """Return (Architecture, Call): what `design` is, or builds, and the call that did."""
    if isinstance(design, Architecture):
        return design, None
    watched, calls = watching(design, **{name_of(design): lambda traffic: traffic})
    return design_of(watched, PUBLISHED), calls[0]


def _dot(requests):
    """Return how many requests a dot stands for: 1, 2 or 5 with zeros."""
    size = 1
    while requests / size > DOTS:
        size = size * 5 // 2 if str(size)[0] == "2" else size * 2
    return size


@cache
def _scene(plan, names):
    scene = Scene(480, 342)
    scene.text(4, USERS[1] + 26, "users")
    centers = plan.data_centers
    for start, end in (
        (USERS, "CDN"),
        (USERS, "data centers"),
        ("data centers", "web servers"),
        ("web servers", "cache"),
        ("web servers", "shards"),
        ("web servers", "queue"),
    ):
        if end != "CDN" or plan.cdn:
            begin = start if start is USERS else _side(start, 1)
            scene.line(begin, _side(end, -1))
    most = f"–{sheet.SCALE_MOST * plan.web_servers}" if plan.autoscale else ""
    words = {
        "CDN": "CDN" if plan.cdn else "no CDN",
        "data centers": f"{centers} center{'s' if centers > 1 else ''}",
        "web servers": f"web {centers} × {plan.web_servers}{most}",
        "cache": f"cache {centers} × {plan.cache_gb:.0f} GB",
        "shards": f"{plan.shards} shard{'s' if plan.shards > 1 else ''} × {1 + plan.replicas}",
        "queue": f"queue {centers} × {plan.queue_workers}",
    }
    for name, (x, y, wide, high) in BOXES.items():
        scene.box(x - wide, y - high, 2 * wide, 2 * high, colour=style.GREY)
        scene.text(x - wide + 5, y - high + 10, words[name], size=9)
    for at in _shards(plan):
        scene.box(at[0] - 5, at[1] - 6, 10, 12, colour=style.GREY)
    gauges.draw(scene, names)
    return scene


def _side(name, which):
    x, y, wide, _ = BOXES[name]
    return x + which * wide, y


def _shards(plan):
    """Return the places of up to sixteen shards in their box."""
    x, y, _, _ = BOXES["shards"]
    drawn = min(plan.shards, 16)
    return [
        (x - 42 + 12 * (at % 8), y + 2 + 16 * (at // 8 - (0 if drawn <= 8 else 0.3)))
        for at in range(drawn)
    ]


def _sampled(start, end, moments=EVERY):
    """Return slices of the day's steps: about so many of them from start to end."""
    first, last = round(start / STEP), round(end / STEP)
    stride = max(1, (last - first) // moments)
    return [slice(at, min(at + stride, last)) for at in range(first, last, stride)]


def _lamps(lane, result, shown, call):
    """Let each box have a lamp whose ring says how busy it is; return them by the box's name."""
    start, end = shown
    plan, lamps = result.architecture, {}
    begins = [step.start for step in _sampled(start, end)]
    last = round(end / STEP)

    def each_step(ufunc, columns):
        """Return what the columns of all tiers of a box come to in each of the sampled steps."""
        found = [ufunc.reduceat(column[:last], begins) for column in columns]
        return np.max(found, axis=0) if found else np.zeros(len(begins))

    some = 1e-4 * each_step(np.add, [result.offered])
    for name, (x, y, wide, high) in BOXES.items():
        lamp = lane.actor(name).at(start, x + wide - 14, y + high - 14, FINE, size=6)
        tiers = [tier for tier, box in WHERE.items() if box == name]
        rings = np.minimum(each_step(np.maximum, [result.busy[tier] for tier in tiers]), 1.0)
        if name == "data centers":
            rings[:] = 0.0
        hurts = each_step(np.add, [result.refused[tier] for tier in tiers]) > some
        for begin, ring, hurt in zip(begins, rings.tolist(), hurts.tolist(), strict=True):
            look, size = (TOO_MUCH, 8) if hurt else (FINE, 6)
            lamp.stay(float(result.times[begin]), look, size=size, ring=ring)
        lamp.stay(end)
        _tell(lamp, name, tiers, result, shown, call, plan)
        lamps[name] = lamp
    return lamps


def _tell(lamp, name, tiers, result, shown, call, plan):
    """Tell what was built, what happened to it, and when it refused how much."""
    start, end = shown
    built = {
        "CDN": ("cdn",),
        "data centers": ("data_centers", "balancer"),
        "web servers": ("web_servers", "autoscale"),
        "cache": ("cache_gb",),
        "shards": ("shards", "replicas"),
        "queue": ("queue_workers",),
    }[name]
    numbers = ", ".join(f"{field}={getattr(plan, field)!r}" for field in built)
    told = [(start, f"built with {numbers}.", call)]
    for kind, (box, _) in FAILS.items():
        time = getattr(result.incidents, kind)
        if box == name and start <= time < end:
            told.append((time, WORDS[kind], None))
    first, last = round(start / STEP), round(end / STEP)
    for tier in tiers:
        refused, busy = result.refused[tier][first:last], result.busy[tier][first:last]
        some = np.flatnonzero(refused > 1e-4 * result.offered[first:last])
        if some.size:
            time, lasts = start + STEP * int(some[0]), refused[some].sum()
            why = "" if tier in ("queue", "data centers") else f", up to {busy.max():.0%} busy"
            until = clock(start + STEP * int(some[-1] + 1))
            told.append(
                (time, f"{tier}: {lasts:,.0f} requests are refused until {until}{why}.", None)
            )
        elif tier not in ("queue", "data centers"):
            told.append((end, f"{tier}: at most {busy.max():.0%} busy, nothing refused.", None))
    for time, words, made in sorted(told, key=lambda each: each[0]):
        lamp.tell(time, words, call=made, cell="design(PUBLISHED)" if made else "")


def _dots(lane, day, lamps, dot, shown, leg):
    """Let a dot arrive wherever `dot` more requests have been answered, or refused."""
    cached = day.cached.sum(axis=1)
    answered = {
        "edge": (day.edge, FILE, "CDN"),
        "file": (day.files.sum(axis=1), FILE, "web servers"),
        "hit": (cached, READ, "cache"),
        "miss": (day.reads.sum(axis=1) - cached, READ, "shards"),
        "write": (day.writes.sum(axis=1), WRITE, "shards"),
        "upload": (day.uploads.sum(axis=1), UPLOAD, "queue"),
    }
    for counted, state, box in answered.values():
        for number, time in enumerate(_arrivals(counted, dot, shown, 3 * leg)):
            _walk(lane, lamps[box], time, leg, state, _way(box, day.design, number))
    kinds = {"database reads": READ, "database writes": WRITE, "queue": UPLOAD}
    piled = dict.fromkeys(BOXES, 0)
    for tier, counted in day.refused.items():
        box = WHERE[tier]
        for number, time in enumerate(_arrivals(counted, dot, shown, 3 * leg)):
            way = _way(box, day.design, number)
            actor = _walk(lane, lamps[box], time, leg, kinds.get(tier, READ), way)
            actor.turn(time, REFUSED, size=3)
            actor.at(time + leg, *_piled(box, piled[box])).remain(shown[1])
            piled[box] += 1


def _piled(box, number):
    """Return the place of a refused dot below its box, in rows; what is more lies on top."""
    x, y, wide, high = BOXES[box]
    columns = 2 * wide // CROSSES
    row, column = divmod(number % (ROWS * columns), columns)
    return x - wide + CROSSES * (column + 0.5), y + high + CROSSES * (row + 0.8)


def _incidents(lane, result, lamps, shown):
    """Let a cross in a box say for how long what died there is away, and a word that a crowd is."""
    start, end = shown
    crowded = result.traffic.crowd_rise + FADED
    for kind, (box, lasts) in {**FAILS, "crowd": (None, crowded)}.items():
        time = getattr(result.incidents, kind)
        since, until = max(time, start), min(time + lasts, end)
        if since >= until:
            continue
        if box is None:
            lane.actor("a crowd", "crowd").at(since, *CROWD, READ, size=0).stay(until)
            continue
        x, y, wide, high = BOXES[box]
        number = kind == "replica"  # the shards' box may have two
        sign = lane.actor(f"what died: {kind}", "dead", part_of=lamps[box])
        sign.at(since, x - wide + 11 + 50 * number, y + high - 11, DIED, size=4).stay(until)


def _refusals(title, result, shown):
    """Return (time, words) of when tiers of a design begin to refuse, those SOON after together."""
    first, last = (round(time / STEP) for time in shown)
    some = 1e-4 * result.offered[first:last]
    begins = []
    for tier in TIERS:
        steps = np.flatnonzero(result.refused[tier][first:last] > some)
        begins += [(shown[0] + STEP * int(step), tier) for step in steps[:1]]
    together: list[tuple[float, list]] = []
    for time, tier in sorted(begins):
        if not together or time > together[-1][0] + SOON:
            together.append((time, []))
        together[-1][1].append(tier)
    return [
        (time, f"{clock(time)}: {title} refuses requests. Where: {', '.join(tiers)}.")
        for time, tiers in together
    ]


def _say(reel, said, last):
    """Make captions of (time, words): each when it happens, or when the one before has been read.

    last: words for the end, or "".
    """
    free, until = reel.start, reel.end - TO_READ * reel.rate
    for time, words in sorted(said, key=lambda each: each[0]):
        if max(time, free) < until:
            reel.caption(max(time, free), words)
            free = max(time, free) + TO_READ * reel.rate
    if last:
        reel.caption(until, last)


def _arrivals(counted, dot, shown, more):
    """Return when each dot arrives: in the middle of its requests; up to `more` s after the end."""
    first, last = round(shown[0] / STEP), min(round((shown[1] + more) / STEP), counted.size)
    total = np.concatenate([[0.0], np.cumsum(counted[first:last])])
    places = (np.arange(int(total[-1] / dot + 0.5)) + 0.5) * dot
    rising = total + 1e-9 * np.arange(total.size)  # where nothing comes, nothing arrives
    return np.interp(places, rising, shown[0] + STEP * np.arange(total.size)).tolist()


def _way(box, plan, number):
    """Return the points on the way of a dot to a box, from the users on."""
    aside = (number * 7 % 5 - 2) * 3.5
    stops = ("CDN",) if box == "CDN" else (*INSIDE, box)[: 3 - (box in INSIDE)]
    if box == "data centers":
        stops = (box,)
    points = [(USERS[0], USERS[1] + aside)]
    points += [(BOXES[stop][0] + aside, BOXES[stop][1] + 6 + aside) for stop in stops]
    if box == "shards":
        places = _shards(plan)
        points[-1] = places[number % len(places)]
    return points


def _walk(lane, lamp, time, leg, state, way):
    actor = lane.actor("many requests", part_of=lamp)
    for stop, (x, y) in enumerate(way):
        actor.at(time - leg * (len(way) - 1 - stop), x, y, state, size=3.2)
    return actor


def _counters(lane, result, shown):
    """Count what has been answered since midnight, and what was refused since the film began."""
    steps = _sampled(*shown)
    times = [float(result.times[step.stop - 1]) + STEP for step in steps]
    first, ends = steps[0].start, [step.stop - 1 for step in steps]
    shares = (np.cumsum(result.served) / np.cumsum(result.offered))[ends]
    lane.count("answered since midnight:", times, [f"{share:.3%}" for share in shares])
    lost = {tier: np.cumsum(result.refused[tier][first:]) for tier in TIERS}
    told = []
    for end in ends:
        counts = {tier: so_far[end - first] for tier, so_far in lost.items()}
        told.append(
            ", ".join(f"{tier} {count:,.0f}" for tier, count in counts.items() if count >= 1) or "0"
        )
    lane.count("refused here:", times, told)


def _mark(reel, lane, result, lamps, shown, mine):
    first, last = (round(time / STEP) for time in shown)
    lost = {tier: result.refused[tier][first:last] for tier in TIERS}
    worst = max(TIERS, key=lambda tier: lost[tier].sum())
    if lost[worst].sum() >= 1:
        time = shown[0] + STEP * int(lost[worst].argmax())
        owner = "your" if mine else "last year's"
        reel.mark(f"{owner} worst moment", time, lamps[WHERE[worst]])


def _captions(reel, result, dot):
    """Return (time, words) of what the film shows, and of each incident."""
    incidents, traffic = result.incidents, result.traffic
    words = dict(WORDS, crowd=f"A crowd: {traffic.crowd:g} × the traffic, within a minute.")
    said = {}
    for kind in KINDS:
        said.setdefault(getattr(incidents, kind), []).append(words[kind])
    if incidents.crowd != NEVER:
        later = incidents.crowd + traffic.crowd_rise + FADED
        said.setdefault(later, []).append("A third of what the crowd added is left, and falling.")
    if incidents.data_center != NEVER:
        place = incidents.region % result.architecture.data_centers
        where = centers_of(traffic, result.architecture.data_centers)[place]
        if result.architecture.data_centers > 1:
            moved = f"The users of {where} now go to the nearest center that is alive."
            said.setdefault(incidents.data_center + sheet.DNS_TTL, []).insert(0, moved)
        said.setdefault(incidents.data_center + sheet.NODE_GONE, []).append(f"{where} is back.")
    begin = (
        f"A dot is {dot:,} requests, and ends at the tier that answers it; refused ones are piled "
        "up below the tier. The ring around a lamp closes as the tier gets busier."
    )
    return [(reel.start, begin)] + [
        (time, f"{clock(time)}: {' '.join(sentences)}")
        for time, sentences in said.items()
        if reel.start < time < reel.end
    ]


def _last(result):
    met = sum(result.goals.values())
    return f"The whole day meets {met} of 4 goals: {result.summary()}."
