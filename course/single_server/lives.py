"""What happened to each request of a student's process, step by step, also in a run that failed.

live(serve, {"workers": 1}, times, works, make) → Run

The same run as `serve_each` makes, on resources that note who had a place and when. A request may
be cut off in it, and its place lost with it.
"""

import linecache
from dataclasses import dataclass, field
from functools import wraps
from math import inf
from types import GeneratorType
from typing import Any

import simpy

from course.engine import component as students
from course.engine.component import ComponentError
from course.engine.watching import watching
from course.single_server.model import serve_each

NEVER = inf


@dataclass(eq=False)
class Life:
    """One request. stops: (time, line) of each `yield` at which its process stood still.

    call: the `engine.watching.Call` that began it, or None. turns: by the name of a resource, the
    first turn there, if any: `asked_at`, `given_at` and `back_at` (s), NEVER for what did not
    happen. left_at: when the process ended. cut_at: when the request was cut off. caught: whether
    its process went on as if it had not been.
    """

    request: Any
    call: Any
    arrived_at: float
    left_at: float = NEVER
    cut_at: float = NEVER
    caught: bool = False
    turns: dict = field(default_factory=dict)
    stops: list = field(default_factory=list)
    process: Any = None

    def tell(self, actor, time, words, cell=""):
        """Add to an actor's story what happened, and at which line its process then stood still."""
        line = dict(self.stops).get(time) if time < self.left_at else None
        code = linecache.getline(self.call.code.co_filename, line).strip() if line else ""
        words += f" Its process stands still at: {code}" if code else ""
        actor.tell(time, words, call=self.call if line else None, line=line, cell=cell)


@dataclass
class Run:
    """The lives of a run's requests in order of arrival, and the sentence that ended it, or "".

    end: of the run (s). lost: by the name of a resource, how many of its places were never given
    back although those who had them are gone, and since when: a list of times (s).
    """

    lives: list
    fate: str
    end: float
    lost: dict


class Pool(simpy.Resource):
    """A resource whose turns note their times. What is in `keeps` is not taken back."""

    def __init__(self, env, capacity):
        super().__init__(env, capacity)
        self.env, self.turns, self.keeps = env, [], None

    def request(self):
        """Ask for a place, as in SimPy."""
        turn: Any = super().request()
        turn.asked_at, turn.back_at = self.env.now, NEVER
        self.turns.append(turn)
        return turn

    def release(self, turn):
        """Give a place back, as in SimPy."""
        if turn is self.keeps:
            return self.env.event().succeed()
        if turn in self.users:
            turn.back_at = self.env.now
        return super().release(turn)


@dataclass
class Turn:
    """When a request asked for a place, was given it, and gave it back (s)."""

    asked_at: float
    given_at: float
    back_at: float


def live(component, capacities, times, works, make, *, cut_at=None, loses=False):
    """Return the Run of a process `component(env, *resources, request)` for each request.

    capacities: of the resources, by the names of the component's parameters, in their order; the
    last one is that from which a request is cut off, the one that has had its place longest at
    `cut_at` (s). loses: whether that place is lost, whatever the component does.
    times, works, make: as of `serve_each`. ComponentError if no request got as far as to begin.
    """
    env, lives, failed = simpy.Environment(), [], ""
    name = students.name_of(component)
    pools = {each: Pool(env, capacity) for each, capacity in capacities.items()}
    watched, calls = watching(component, serve=lambda *arguments: arguments[-1])
    pool = [*pools.values()][-1]

    @wraps(component, updated=())
    def followed(*arguments):
        process, request = watched(*arguments), arguments[-1]
        life = Life(request, calls[-1] if len(calls) else None, env.now)
        lives.append(life)
        return _follow(env, process, life) if isinstance(process, GeneratorType) else process

    def cut():
        yield env.timeout(cut_at)
        for turn in pool.users:
            for life in lives:
                if life.process is turn.proc and life.left_at == NEVER:
                    pool.keeps = turn if loses else None
                    life.cut_at = env.now
                    turn.proc.interrupt("cut off")
                    return

    followed.__name__ = name
    if cut_at is not None:
        env.process(cut())
    try:
        serve_each(env, followed if callable(component) else component, pools, times, works, make)
    except ComponentError as error:
        if not lives:
            raise
        failed = str(error)
    caught = [life.request.number for life in lives if life.caught]
    if not failed and caught:
        failed = (
            f"{name} went on with request {caught[0]} although it was interrupted: the "
            "simpy.Interrupt must pass on."
        )
    of = {life.process: life for life in lives}
    for resource, each in pools.items():
        for turn in each.turns:
            given = NEVER if turn.usage_since is None else turn.usage_since
            if turn.proc in of:
                of[turn.proc].turns.setdefault(resource, Turn(turn.asked_at, given, turn.back_at))
    lost = {
        resource: sorted(
            of[turn.proc].left_at
            for turn in each.users
            if turn.proc in of and of[turn.proc].left_at < NEVER
        )
        for resource, each in pools.items()
    }
    return Run(lives, failed, env.now, lost)


def _follow(env, process, life):
    """Run a request's process as SimPy would, and note in `life` where and when it stands still."""
    life.process = env.active_process
    resume, value = process.send, None
    try:
        while True:
            event = resume(value)
            if life.cut_at < NEVER:
                life.caught = True
            life.stops.append((env.now, life.call.line if life.call else 0))
            try:
                resume, value = process.send, (yield event)
            except BaseException as error:
                resume, value = process.throw, error
    except StopIteration:
        life.caught = life.cut_at < NEVER
    except simpy.Interrupt:
        if life.cut_at == NEVER:
            raise
    life.left_at = env.now


def cell(name, lives, number, capacities):
    """Return code that makes the calls of those who were there when a life began, and of this one.

    name: of the process; number: of the life in `lives`; capacities: as of `live`.
    """
    came = lives[number].arrived_at
    there = [life.request for life in lives[: number + 1] if life.left_at > came]
    made = ", ".join(f"Request({each.number}, {_work(each)})" for each in there[-5:])
    return "\n".join(
        (
            "env = simpy.Environment()",
            *(f"{each} = simpy.Resource(env, capacity={n})" for each, n in capacities.items()),
            f"requests = [{made}]",
            "for request in requests:",
            f"    env.process({name}(env, {', '.join(capacities)}, request))",
            "env.run()",
            "print([(request.started_at, request.finished_at) for request in requests])",
        )
    )


def _work(request):
    works = {each: getattr(request, each) for each in ("work", "web_work", "db_work")}
    return ", ".join(f"{each}={seconds:.4g}" for each, seconds in works.items() if seconds)
