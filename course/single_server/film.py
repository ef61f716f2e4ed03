"""The film of one server: requests wait in a row, and a worker serves one at a time."""

from functools import cache

from course.engine import rows, workload
from course.engine.component import ComponentError, name_of
from course.engine.record import milliseconds
from course.single_server.lives import NEVER, cell, live
from course.single_server.model import Request, result_of, simulate, times_of
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

PLACES = {"workers": 1}
SERVICE_TIME, REQUESTS, SEED = 0.1, 40, 505  # whose waits at 50 and 80 % are near the formula's
RATE = 0.15  # of the run's seconds that play in a second
WAY, STEP, END = 0.06, 0.02, 0.3  # s on each way, to move up by one place, and after the last
LEFT, WORKER, RIGHT, MIDDLE, APART = -10, 400, 470, 50, 16  # pixels: across, and down; in the row
SIZE, MOST = 6, 23  # of a request (pixels); of a row, how many are told apart
WAITS, SERVED, CUT, LOST = "waiting", "being served", "cut off", "held by no one"
STATES = {
    WAITS: (style.SKY, "disc"),
    SERVED: (style.BLUE, "disc"),
    CUT: (style.VERMILION, "cross"),
    LOST: (style.VERMILION, "ring"),
}


def film(serve=None, *, busy=0.8, cut_at=None):
    """Return the Reel of a server with one worker that is `busy` (a share of its time).

    serve: as of `simulate`; next to it the built-in server gets the same requests. Without it that
    one is alone. Busier are the same requests, closer together.
    cut_at: when the request that is being served is cut off (s). Next to that run is then the same
    one again, except that this worker is not given back.
    """
    traffic = {"arrival_rate": busy / SERVICE_TIME, "service_time": SERVICE_TIME, "seed": SEED}
    result = simulate(requests=REQUESTS, **traffic)
    built_in = [_Served(*times) for times in zip(*_columns(result), strict=True)]
    reel = Reel(end=result.duration + END, rate=RATE, states=STATES)
    reel.caption(0, "Each dot is a request. Who came first is served first; the others wait.")
    if serve is None:
        lane = _lane(reel, "the built-in server", built_in)
        _mark(reel, lane, built_in, "the longest wait")
    else:
        name = name_of(serve)
        run = _run(serve, result, cut_at)
        mine, reel.fate = [_served(life) for life in run.lives], run.fate
        reel.end = max(reel.end, run.end) if len(mine) == REQUESTS else run.end
        lane = _lane(reel, f"your {name}", mine, run.lost["workers"], run.lives)
        for number, (actor, life) in enumerate(zip(lane.actors, run.lives, strict=False)):
            time, words, _, _ = actor.story.pop()
            actor.tell(time, words, call=life.call, cell=cell(name, run.lives, number, PLACES))
        _mark(reel, lane, mine, "your longest wait")
        if cut_at is None:
            _lane(reel, "the built-in server", built_in)
        else:
            losing = _run(serve, result, cut_at, loses=True)
            lost = losing.lost["workers"]
            _lane(
                reel, "the worker is not given back", [_served(life) for life in losing.lives], lost
            )
            _caption_cut(reel, run)
    if cut_at is None and not reel.fate:
        _captions(reel, busy, result)
    return reel


def _columns(result):
    columns = result.arrived_at, result.started_at, result.finished_at
    return [column.tolist() for column in columns]


class _Served:
    """A request as it is drawn: when it came, was given a worker, gave it back, and left (s)."""

    def __init__(self, came, given, left, cut=NEVER):
        self.came, self.given, self.left, self.cut = came, given, left, cut


def _served(life):
    turn = life.turns.get("workers")
    given = turn.given_at if turn else NEVER
    return _Served(life.arrived_at, given, life.left_at, life.cut_at)


def _run(serve, result, cut_at, *, loses=False):
    """Return the `lives.Run` of the requests of `result` with a process of the student's."""
    works = workload.exponential_work(workload.stream(SEED, "work"), SERVICE_TIME, REQUESTS)
    run = live(
        serve,
        PLACES,
        result.arrived_at,
        works,
        lambda came: Request(came.number + 1, came.arrived_at, work=came.work),
        cut_at=cut_at,
        loses=loses,
    )
    whole = [life.request for life in run.lives if life.cut_at == NEVER]
    if not run.fate:
        try:
            result_of(serve, whole, times_of(serve, whole, "started_at"), 1)
        except ComponentError as error:
            run.fate = str(error)
    return run


@cache
def _scene():
    scene = Scene(480, 92)
    scene.text(WORKER - 70, 12, "the queue", at="right")
    scene.line((14, MIDDLE + 16), (WORKER - 24, MIDDLE + 16), colour=style.PALE)
    scene.box(WORKER - 16, MIDDLE - 16, 32, 32, colour=style.GREY)
    scene.text(WORKER, 12, "worker", at="center")
    return scene


def _lane(reel, title, served, lost=(), lives=()):
    """Return a new lane with an actor for each request, and one for a worker that is lost."""
    lane = reel.lane(title, _scene())
    waits_until = [min(each.given, each.left, each.cut) for each in served]
    row = rows.places([each.came for each in served], waits_until)
    for number, (each, places) in enumerate(zip(served, row, strict=True)):
        actor = lane.actor(f"request {number + 1}").at(
            each.came - WAY, LEFT, MIDDLE, WAITS, size=SIZE
        )
        takes = WAY
        for time, place in places:
            x = WORKER - 30 - min(place, MOST) * APART
            actor.go(time - WAY * (takes == WAY), time - WAY * (takes == WAY) + takes, x, MIDDLE)
            takes = STEP
        if each.given < NEVER:
            actor.go(each.given, each.given + STEP, WORKER, MIDDLE, SERVED)
        if each.cut < NEVER:
            actor.turn(each.cut, CUT).go(each.left, each.left + 2 * WAY, actor.xs[-1], 110)
        elif each.left < NEVER:
            actor.go(each.left, each.left + WAY, RIGHT, MIDDLE)
            actor.at(each.left + WAY + STEP, RIGHT + 30, MIDDLE)
        else:
            actor.stay(max(reel.end, actor.times[-1]) + END)
        _tell(actor, number, served, lives[number] if lives else None)
    for since in lost:
        ring = lane.actor("the worker").at(since, WORKER, MIDDLE, LOST, size=10)
        ring.tell(since, "was not given back. Who waits for it waits for ever.").stay(
            reel.end + END
        )
    ends = [(each.came, 1) for each in served] + [(min(each.left, each.cut), -1) for each in served]
    times, steps = zip(*sorted(each for each in ends if each[0] < NEVER), strict=True)
    lane.count("in the server", list(times), [sum(steps[: n + 1]) for n in range(len(steps))])
    lane.count("answered", [e.left for e in served if e.left < NEVER and e.cut == NEVER])
    return lane


def _tell(actor, number, served, life):
    """Tell what happened to a request, and where its process, if it has one, then stood still."""
    each = served[number]
    before = enumerate(served[:number], start=1)
    ahead = [place for place, other in before if min(other.left, other.cut) > each.came]
    told = [(each.came, f"comes. {_ahead(ahead, each)}")]
    if each.came < each.given < NEVER:
        wait = milliseconds(each.given - each.came)
        told.append((each.given, f"is given the worker, after a wait of {wait}."))
    if each.cut < NEVER:
        told.append((each.cut, "is cut off: its user closed the tab. It gets no answer."))
    if each.cut == NEVER and each.left < NEVER:
        took = milliseconds(each.left - each.came)
        told.append((each.left, f"is answered, {took} after it came."))
    for time, words in told:
        if life is None:
            actor.tell(time, words)
        else:
            life.tell(actor, time, words)


def _ahead(ahead, each):
    if each.given == each.came:
        return "It is served at once."
    if not ahead:
        return "No one is ahead of it, but it gets no worker."
    if not ahead[1:]:
        return f"Request {ahead[0]} is before it."
    return f"{len(ahead)} requests are before it, {ahead[0]} to {ahead[-1]}."


def _mark(reel, lane, served, words):
    waits = [min(each.given, reel.end) - each.came for each in served]
    longest = waits.index(max(waits))
    reel.mark(words, served[longest].came, lane.actors[longest])


def _caption_cut(reel, run):
    cut = [life for life in run.lives if life.cut_at < NEVER]
    if not cut:
        reel.caption(reel.start, "No one was being served at that moment: nothing is cut off.")
        return
    what = "Your server gives the worker back and goes on. The other one does not: "
    if run.lost["workers"]:
        what = "Neither server gives the worker back: "
    reel.caption(
        cut[0].cut_at,
        f"Request {cut[0].request.number} is cut off. {what}no one behind it gets an answer.",
    )


def _captions(reel, busy, result):
    inside = result.number_in_system(result.arrived_at)
    most = int(inside.argmax())
    reel.caption(
        float(result.arrived_at[most]),
        f"{inside[most]} requests are in the server now. They need no more work than at other "
        "times; they came in a short time.",
    )
    wait = result.mean_wait
    reel.caption(
        result.duration,
        f"At {100 * busy:g} % these {REQUESTS} requests have waited "
        f"{milliseconds(wait)} on average, {wait / SERVICE_TIME:.1f} × the service time.",
    )
