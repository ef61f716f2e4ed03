"""The film of notebook 07's outage: the world's cities, and what their resolvers still believe."""

import math
from functools import cache, partial
from itertools import pairwise

from course.data_centers.baselines import ByTable
from course.data_centers.map_picture import COLOURS
from course.data_centers.model import simulate
from course.data_centers.resolvers import CLOCK
from course.data_centers.world import LOCATIONS, OPENING_ORDER, make_centers, nearest, traffic
from course.engine.cities import CITIES
from course.engine.component import ComponentError, name_of
from course.engine.watching import watching
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED, SECONDS, LASTS, CENTERS = 1, 180.0, 90.0, 2  # s: of the film, and of an outage in it
WORLD = {"arrival_rate": 3.0, "capacity": 3.0, "write_share": 0.2}
RATE = 6.0  # of the run's seconds that play in a second
WAY = 5.0  # s that a request is seen on its way there and back
WIDTH, SOUTH, NORTH, DNS = 720, -45, 63, (70, 205)  # pixels; degrees; pixels
TO = tuple(f"to {name}" for name in OPENING_ORDER[:CENTERS])
DEAD, NOTHING, ASKS, ERROR = "to the dead center", "keeps no answer", "asks the DNS", "error"
STATES = {
    TO[0]: (COLOURS[0], "disc"),
    TO[1]: (COLOURS[1], "square"),
    DEAD: (style.VERMILION, "diamond"),
    NOTHING: (style.GREY, "disc"),
    ASKS: (style.PURPLE, "triangle"),
    ERROR: (style.VERMILION, "cross"),
}


def film(geo_dns=None, caching_resolver=None, *, ttl=60.0, dies_at=None, seed=SEED):
    """Return the Reel of two centers; the first dies at `dies_at` (s) for LASTS s, None: never.

    geo_dns, caching_resolver: classes, or None for the built-in ones. ttl: seconds. If a component
    fails, the film ends there.
    """
    run = _Run(geo_dns, caching_resolver, ttl, dies_at, seed)
    reel = Reel(end=run.end, rate=RATE, states=STATES, fate=run.fate)
    given = [name_of(each) for each in (geo_dns, caching_resolver) if each]
    lane = reel.lane(f"your {' and '.join(given)}" if given else "two data centers", _scene()[0])
    cities = [_city(lane, run, number) for number in range(len(CITIES))]
    _requests(lane, run, cities)
    _centers(lane, run)
    _count(lane, run)
    _captions(reel, run, cities)
    return reel


class _Run:
    """A run as a film needs it.

    rows: of each request in order of time, those before 0 included: (when in s, its city, the place
    of the center that it is sent to, whether the DNS was asked, the Call or None, whether it fails:
    it is sent to a dead center, or nowhere). by_city: the same, a list for each city. changes: when
    the center dies and when it is back (s).
    """

    def __init__(self, geo_dns, resolver, ttl, dies_at, seed):
        self.ttl, self.fate, self.end = ttl, "", SECONDS
        self.names = [name_of(each) for each in (geo_dns, resolver) if each]
        world = WORLD | {"centers": CENTERS, "ttl": ttl, "duration": SECONDS, "seed": seed}
        world |= {"dies_at": dies_at, "returns_after": LASTS}
        users = traffic(seed, WORLD["arrival_rate"], SECONDS, WORLD["write_share"], ttl)
        times, cities = users.times.tolist(), users.cities.tolist()
        self.dies_at = math.inf if dies_at is None else dies_at
        self.changes = (self.dies_at, self.dies_at + LASTS)
        if resolver:
            columns = self._called(geo_dns or ByTable, resolver, world, times)
        else:
            columns = _answered(geo_dns, world, cities)
        self.rows = [
            (*row, self._fails(row[2], row[0]))
            for row in zip(times, cities, *columns, strict=False)
        ]
        self.by_city = [[row for row in self.rows if row[1] == city] for city in range(len(CITIES))]

    def _called(self, geo_dns, resolver, world, times):
        """Return the last three columns of rows, from the calls of a resolver of the student's."""
        dns, questions = watching(geo_dns, resolve=lambda location: None)
        resolver, calls = watching(resolver, resolve=lambda location, now: len(questions))
        try:
            simulate(dns, resolver=resolver, **world)
        except ComponentError as error:
            if len(calls) < 2 or times[len(calls) - 1] <= 0:  # there is nothing to show
                raise
            self.fate, self.end = str(error), times[len(calls) - 1]
        done = calls[: len(calls) - bool(self.fate)]
        before = [*(call.saw for call in calls), len(questions)]
        return [_place(call.returned) for call in done], [a < b for a, b in pairwise(before)], done

    def out(self, place, time):
        """Return whether the center at a place is dead at a time (s)."""
        return place == 0 and self.dies_at <= time < self.dies_at + LASTS

    def look(self, place, time):
        """Return the state of what is sent to the center at a place."""
        return DEAD if self.out(place, time) else TO[place]

    def _fails(self, place, time):
        return place not in range(CENTERS) or self.out(place, time)


def _answered(geo_dns, world, cities):
    """Return the last three columns of rows, from a run with the built-in resolvers."""
    questions = []
    if geo_dns:
        geo_dns, questions = watching(geo_dns, resolve=lambda location: None)
    result = simulate(geo_dns, **world)
    early = len(cities) - len(result)  # what came before 0 has asked, all of it
    place = [_place(each.returned) for each in questions[:early]]
    if not geo_dns:
        place = nearest([True] * CENTERS)[cities[:early]].tolist()
    asked = [*[True] * early, *result.asked.tolist()]
    return [*place, *result.place.tolist()], asked, [None] * len(cities)


def _place(center):
    """Return the place of the center that a resolver returned; -1 if it is none of them."""
    name = getattr(center, "name", None)
    return OPENING_ORDER.index(name) if name in OPENING_ORDER[:CENTERS] else -1


@cache
def _scene():
    """Return (the map, the place of each city on it, that of each center)."""
    scene = Scene(WIDTH, 300)
    place = scene.world(south=SOUTH, north=NORTH)
    centers = [place(center.location) for center in make_centers(CENTERS)]
    for (x, y), name, colour in zip(centers, OPENING_ORDER, COLOURS, strict=False):
        look = {"marker": "*", "ms": 17, "mec": style.INK, "mew": 0.8, "color": colour}
        scene.axes.plot(x, y, **look, zorder=4)
        scene.text(x + 16, y + 12, name, bold=True)
    scene.box(DNS[0] - 30, DNS[1] - 14, 60, 28, colour=style.GREY)
    scene.text(*DNS, "DNS", at="center")
    return scene, [place(location) for location in LOCATIONS], centers


def _city(lane, run, number):
    """Let a city be a dot that changes with what its resolver keeps; return it."""
    city, (x, y), rows = CITIES[number], _scene()[1][number], run.by_city[number]
    actor = lane.actor(city.name)
    start = min([0.0, *(time for time, *_ in rows)])
    actor.at(start, x, y, NOTHING, size=2.2 + 0.6 * math.sqrt(city.population))
    until, asked_at = -math.inf, []
    for row, following in pairwise([*rows, (run.end,)]):
        time, _, place, asked, *_ = row
        if asked:
            until = time + run.ttl
            asked_at += [time] if place in range(CENTERS) else []
        kept = until if time < until or asked else following[0]  # it is kept for too long
        moments = {time, *(each for each in (kept, *run.changes) if time < each < following[0])}
        for moment in sorted(moments):
            held = place in range(CENTERS) and moment < kept
            actor.stay(moment, run.look(place, moment) if held else NOTHING)
    actor.remain(run.end)
    for time, following in pairwise([*asked_at, run.end]):
        actor.run_out(time, time + run.ttl, following)
    _tell(actor, run, rows)
    return actor


def _tell(actor, run, rows):
    """Tell of each question to the DNS, of each error, and of the first request that is well."""
    asked_at, bad = None, False
    for row in rows:
        time, _, _, asked, call, fails = row
        if time > 0 and (asked or bad or fails):
            cell = partial(_cell, run, row, asked_at) if call else ""
            actor.tell(time, partial(_what, run, row), call=call, cell=cell)
        bad = fails
        asked_at = time if asked else asked_at


def _what(run, row):
    """Return in words what a city's resolver did with a request, and whether that failed."""
    _, _, place, asked, _, fails = row
    there = place in range(CENTERS)
    where = OPENING_ORDER[place] if there else "nothing"
    kept = f"; kept for {run.ttl:g} s" if there else ""
    words = f"from memory: {where}."
    if asked:
        words = f"its resolver asked the DNS, which said {where}{kept}."
    if fails:
        words += " That center is dead: an error." if there else " An error."
    return words


def _cell(run, row, asked_at):
    """Return code that makes the call of a row, after the question that was its resolver's last."""
    time, city, *_ = row
    if len(run.names) < 2:  # the built-in DNS is no name of the notebook
        return ""
    dns, resolver = run.names
    lines = [
        "centers = make_centers(2)",
        f"resolver = {resolver}({dns}(centers), {run.ttl:g})",
    ]
    for moment in (asked_at, time):
        if moment is not None:
            health = not run.out(0, moment)
            lines.append(f"centers[0].healthy = {health}")
            lines.append(f"resolver.resolve({LOCATIONS[city]}, {CLOCK + moment:.6g})")
    return "\n".join(lines)


def _requests(lane, run, cities):
    """Let each request go to its center and back, and each question to the DNS and back."""
    _, places, centers = _scene()
    for row in run.rows:
        time, city, place, asked, _, fails = row
        (x, y), part_of = places[city], cities[city]
        if asked and time > 0:
            question = lane.actor(f"a question from {CITIES[city].name}", part_of=part_of)
            question.at(time - WAY / 2, x, y, ASKS, size=4).at(time - WAY / 4, *DNS).at(time, x, y)
        if time > 0:
            request = lane.actor(f"a request from {CITIES[city].name}", part_of=part_of)
            there = centers[place] if place in range(CENTERS) else DNS
            request.at(time, x, y, run.look(place, time) if place >= 0 else ERROR, size=2.5)
            request.at(time + WAY / 2, *there)
            if fails:
                request.stay(time + WAY / 2, ERROR, size=4)
            request.at(time + WAY, x, y)


def _centers(lane, run):
    """Let a cross stand on the dead center, with a ring for the time until it is back."""
    if run.dies_at < run.end:
        x, y = _scene()[2][0]
        cross = lane.actor(f"the data center {OPENING_ORDER[0]}").at(
            run.dies_at, x, y, ERROR, size=11
        )
        cross.stay(min(run.dies_at + LASTS, run.end)).run_out(run.dies_at, run.dies_at + LASTS)
        cross.tell(run.dies_at, f"died. It is back {LASTS:g} s later.")


def _count(lane, run):
    """Show the figures of the run."""
    rows = [row for row in run.rows if row[0] >= 0]
    lane.count("requests", [row[0] for row in rows])
    lane.count("errors", [row[0] for row in rows if row[5]])
    lane.count("questions to the DNS", [row[0] for row in rows if row[3]])
    code, changes = list(STATES).index(DEAD), []
    for actor in lane.actors[: len(CITIES)]:
        for k in range(1, len(actor.times)):
            change = (actor.states[k] == code) - (actor.states[k - 1] == code)
            if change:
                changes.append((actor.times[k], change))
    times, values = [], []
    for time, change in sorted(changes):
        times.append(time)
        values.append((values[-1] if values else 0) + change)
    lane.count("cities sent to the dead center", times, values)


def _captions(reel, run, cities):
    """Say what to look at, and mark the city that is sent to the dead center for longest."""
    reel.caption(
        0,
        "Each dot is a city, in the color of the center that it is sent to. Its ring is the time "
        "for which its resolver still keeps the answer.",
    )
    last = max(cities, key=lambda city: _until(city, DEAD))
    gone, (died, back) = _until(last, DEAD), run.changes
    if died < run.end:
        reel.caption(
            died,
            "Washington is dead, and the DNS knows. But a resolver asks it again only when its "
            "ring has run out: until then it sends its city to the dead center.",
        )
    if gone > died:
        reel.mark("the city that is sent there longest", max(died, gone - 1), last)
        if run.names and gone < min(back, run.end):  # the notebook begins with a guess at it
            errors = sum(row[5] for row in run.rows if row[0] <= gone)
            words = f"{gone - died:.0f} s after the death the last resolver has let go. "
            reel.caption(gone, f"{words}{errors} requests were errors.")
    if back < run.end:
        reel.caption(back, "Washington is back. Which cities learn of it first?")


def _until(city, state):
    """Return when a city was in a state for the last time (s); -inf if it never was."""
    code = list(STATES).index(state)
    ends = zip(city.states, city.times[1:], strict=False)
    return max((end for each, end in ends if each == code), default=-math.inf)
