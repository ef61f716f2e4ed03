"""The film of two tiers: a request keeps its web worker while it waits for the database."""

import itertools
from functools import cache

from course.engine import rows, workload
from course.engine.component import ComponentError, name_of
from course.engine.record import milliseconds
from course.single_server.lives import NEVER, cell, live
from course.single_server.model import Request, result_of
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

ARRIVAL_RATE, WEB_TIME, DB_TIME = 8.0, 0.05, 0.1  # requests/s; mean work, s
REQUESTS, SEED = 40, 6  # whose mean times are near those of a long run
CONNECTIONS = (1, 2)  # of the two lanes
RATE = 0.15  # of the run's seconds that play in a second
WAY, STEP, END = 0.05, 0.02, 0.3  # s on each way, to move up by one place, and after the last
LEFT, ENTRANCE, WEB, DATABASE, RIGHT = -10, 14, 250, 390, 475  # pixels across
HEIGHT, MIDDLE, APART, MOST = 150, 88, 15, 13  # pixels down; in the queue, and its longest
SLOT, ROWS = 30, 4  # pixels from place to place of a tier; places below each other
ACROSS = {"web": WEB, "database": DATABASE}  # the first place of each tier
TIERS = {
    "web": ("a web worker", "waits for a web worker."),
    "database": ("a connection", "holds its web worker and waits for a connection."),
}
INTRODUCTION = (
    "A dot is a request, hollow while it waits. A gray square is a worker or a connection that is "
    "taken."
)
WAITS, WORKS = "waits for a web worker", "web work"
HOLDS, QUERIES = "waits for a connection", "database work"
TAKEN, CUT, LOST = "taken", "cut off", "held by no one"
STATES = {  # a colour is a tier, hollow is waiting for it, as in the picture with sliders
    TAKEN: (style.PALE, "square"),
    WAITS: (style.GREEN, "ring"),
    WORKS: (style.GREEN, "disc"),
    HOLDS: (style.SKY, "ring"),
    QUERIES: (style.SKY, "disc"),
    CUT: (style.VERMILION, "cross"),
    LOST: (style.VERMILION, "ring"),
}


def film(serve_two_tiers, *, web_workers=4, cut_at=None):
    """Return the Reel of two tiers with one connection, next to the same with two.

    serve_two_tiers: as of `simulate_two_tiers`. web_workers: in both lanes. cut_at: when the
    request that has been in the database longest is cut off (s), None for never.
    """
    name = name_of(serve_two_tiers)
    tiers = [{"web": web_workers, "database": connections} for connections in CONNECTIONS]
    runs = [_run(serve_two_tiers, each, cut_at) for each in tiers]
    reel = Reel(end=runs[0].end, rate=RATE, states=STATES, fate=runs[0].fate)
    if len(runs[0].lives) == REQUESTS:
        reel.end += END
    reel.caption(0, INTRODUCTION)
    for capacities, run in zip(tiers, runs, strict=True):
        connections = capacities["database"]
        words = "1 connection" if connections == 1 else f"{connections} connections"
        lane = reel.lane(f"your {name}, {words}", _scene(web_workers, connections))
        places = _places(run.lives, capacities)
        for number, (life, stands) in enumerate(zip(run.lives, _row(run.lives), strict=True)):
            actor = lane.actor(f"request {number + 1}")
            _move(actor, life, stands, places[number], reel.end)
            _tell(actor, life, cell(name, run.lives, number, capacities))
        for actor, life, got in zip(tuple(lane.actors), run.lives, places, strict=True):
            for tier, place in got.items():
                _take(lane, actor, life.turns[tier], life.left_at, place, reel.end)
        _count(lane, run.lives)
    took = [min(life.left_at, reel.end) - life.arrived_at for life in runs[0].lives]
    slowest = took.index(max(took))
    since = runs[0].lives[slowest].arrived_at
    reel.mark("the slowest request", since, reel.lanes[0].actors[slowest])
    _captions(reel, runs, web_workers)
    return reel


def _run(component, capacities, cut_at):
    """Return the `lives.Run` of the film's requests."""
    times = workload.poisson_arrivals(workload.stream(SEED, "arrivals"), ARRIVAL_RATE, REQUESTS)
    web = workload.exponential_work(workload.stream(SEED, "web work"), WEB_TIME, REQUESTS)
    database = workload.exponential_work(workload.stream(SEED, "db work"), DB_TIME, REQUESTS)

    def make(came):
        works = {"web_work": came.work, "db_work": float(database[came.number])}
        return Request(came.number + 1, came.arrived_at, **works)

    run = live(component, capacities, times, web, make, cut_at=cut_at)
    if not run.fate:
        whole = [life.request for life in run.lives if life.cut_at == NEVER]
        try:
            result_of(component, whole, None, sum(capacities.values()))
        except ComponentError as error:
            run.fate = str(error)
    return run


@cache
def _scene(web_workers, connections):
    scene = Scene(480, HEIGHT)
    scene.text(WEB - 40, 14, "the queue", at="right")
    scene.line((14, MIDDLE + 16), (WEB - 40, MIDDLE + 16))
    for x, places, words in (
        (WEB, web_workers, f"{web_workers} web workers"),
        (DATABASE, connections, "database"),
    ):
        scene.text(_place(x, 0, places)[0] - 13, 14, words)
        for number in range(places):
            across, down = _place(x, number, places)
            scene.box(across - 13, down - 13, 26, 26, colour=style.GREY)
    return scene


def _place(x, number, places):
    """Return where place `number` of a tier is, which begins at x."""
    column, row = divmod(number, ROWS)
    return x + SLOT * column, MIDDLE + SLOT * (row - (min(places, ROWS) - 1) / 2)


def _row(lives):
    """Return for each life its (time, place)s in the queue for a web worker."""
    found = [[] for _ in lives]
    waits = [number for number, life in enumerate(lives) if "web" in life.turns]
    turns = [lives[number].turns["web"] for number in waits]
    left = [
        min(turn.given_at, lives[number].left_at) for number, turn in zip(waits, turns, strict=True)
    ]
    for number, places in zip(waits, rows.places([t.asked_at for t in turns], left), strict=True):
        found[number] = places
    return found


def _places(lives, capacities):
    """Return for each life the (x, y) of its worker and its connection: the first that was free."""
    found = [{} for _ in lives]
    for tier, capacity in capacities.items():
        turns = [(life.turns[tier], n) for n, life in enumerate(lives) if tier in life.turns]
        taken_until = {}
        for turn, number in sorted(turns, key=lambda each: each[0].given_at):
            if turn.given_at < NEVER:
                seat = next(k for k in itertools.count() if taken_until.get(k, 0) <= turn.given_at)
                found[number][tier] = _place(ACROSS[tier], seat, capacity)
                taken_until[seat] = turn.back_at
    return found


def _move(actor, life, stands, places, end):
    """Let a request wait in the queue, stand at its web worker, and go to the database.

    stands: its (time, place)s in the queue. places: (x, y) of its worker and its connection, by the
    tier, for those that it got. end: of the film (s), for one that does not leave.
    """
    actor.at(life.arrived_at - WAY, LEFT, MIDDLE, WAITS).at(life.arrived_at, ENTRANCE, MIDDLE)
    for time, place in stands:
        x = WEB - 42 - APART * min(place, MOST)
        actor.go(time, time + STEP, x, MIDDLE)
    web, database = (life.turns.get(tier) for tier in TIERS)
    moves = []
    if "web" in places:
        moves.append((web.given_at, *places["web"], WORKS))
    if database:
        holds = web and web.given_at <= database.asked_at < web.back_at
        x, y = places["web"] if holds else (DATABASE - 32, MIDDLE)
        if database.asked_at < database.given_at:
            moves.append((database.asked_at, x, y, HOLDS))
    if "database" in places:
        moves.append((database.given_at, *places["database"], QUERIES))
    for time, x, y, state in sorted(moves):
        actor.go(time, time + STEP, x, y, state)
    if life.cut_at < NEVER:
        actor.turn(life.cut_at, CUT)
    if life.left_at == NEVER:
        actor.remain(end)
    elif life.cut_at < NEVER:
        actor.go(life.left_at, life.left_at + 4 * WAY, actor.xs[-1], HEIGHT + 20)
    else:
        actor.go(life.left_at, life.left_at + WAY, RIGHT, MIDDLE)
        actor.at(life.left_at + WAY + STEP, RIGHT + 30, MIDDLE)


def _take(lane, actor, turn, left_at, place, end):
    """Let a square show how long a request's worker, or its connection, is taken."""
    back = turn.back_at if turn.back_at < NEVER else end
    square = lane.actor(actor.name, part_of=actor).at(turn.given_at, *place, TAKEN, size=12)
    if left_at < back:
        square.stay(left_at, LOST)
    square.remain(back)


def _tell(actor, life, code):
    """Tell what happened to a request, and at which line its process then stood still."""
    turns = {tier: life.turns[tier] for tier in TIERS if tier in life.turns}
    told = []
    for tier, turn in turns.items():
        what, waits = TIERS[tier]
        if turn.asked_at < turn.given_at:
            told.append((turn.asked_at, waits))
        if turn.given_at < NEVER:
            wait = milliseconds(turn.given_at - turn.asked_at)
            after = f", after a wait of {wait}" if turn.given_at > turn.asked_at else ""
            told.append((turn.given_at, f"is given {what}{after}."))
    if life.cut_at < NEVER:
        told.append((life.cut_at, "is cut off: its user closed the tab. It gets no answer."))
    elif life.left_at < NEVER:
        took = milliseconds(life.left_at - life.arrived_at)
        told.append((life.left_at, f"is answered, {took} after it came."))
    told = sorted(told, key=lambda each: each[0]) or [(life.arrived_at, "comes.")]
    for time, words in told:
        life.tell(actor, time, words)
    time, words, _, _ = actor.story.pop()
    actor.tell(time, words, call=life.call, cell=code)


def _count(lane, lives):
    """Count the web workers that are taken, those of them that only wait, and the answers."""
    taken, waiting = [], []
    for life in lives:
        web, database = (life.turns.get(tier) for tier in TIERS)
        if web and web.given_at < NEVER:
            taken += [(web.given_at, 1), (web.back_at, -1)]
        if web and database and web.given_at < NEVER:
            waiting += [(database.asked_at, 1), (min(database.given_at, life.left_at), -1)]
    for name, changes in (("web workers taken", taken), ("waiting for a connection", waiting)):
        changes = sorted(each for each in changes if each[0] < NEVER)
        lane.count(
            name, [time for time, _ in changes], itertools.accumulate(step for _, step in changes)
        )
    lane.count("answered", [e.left_at for e in lives if e.left_at < NEVER == e.cut_at])


def _captions(reel, runs, web_workers):
    cut = [life for life in runs[0].lives if life.cut_at < NEVER]
    if cut:
        kept = [TIERS[tier][0] for tier, times in runs[0].lost.items() if times]
        gone = f"does not give back {' and '.join(kept)}" if kept else "gives back what it held"
        reel.caption(
            cut[0].cut_at,
            f"With one connection request {cut[0].request.number} is cut off. Your process {gone}.",
        )
        return
    if reel.fate:
        return
    _caption_waits(reel, web_workers)
    one, two = (
        sum(life.left_at - life.arrived_at for life in run.lives) / REQUESTS for run in runs
    )
    reel.caption(
        runs[0].end,
        f"With one connection a request has taken {milliseconds(one)} on average, with two "
        f"{milliseconds(two)}.",
    )


def _caption_waits(reel, web_workers):
    taken, waiting, _ = reel.lanes[0].counters
    if not any(waiting.values):
        return
    worst = max(waiting.times, key=lambda time: (waiting.at(time), taken.at(time)))
    most, number = waiting.at(worst), taken.at(worst)
    every = "Both" if web_workers == 2 else f"All {web_workers}"
    reel.caption(
        worst,
        f"{every if number == web_workers else number} web workers are taken, and {most} of them "
        f"{'does' if most == 1 else 'do'} nothing but wait for the connection.",
    )
    reel.caption(
        worst + 6 * reel.rate,
        "More web workers would only mean more of them waiting. One more connection is what "
        "helps: watch the other lane.",
    )
