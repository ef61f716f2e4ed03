"""The world of notebook 06: users with sessions, a balancer, servers that die and join.

    simulate(StickyBalancer, seed=1, dies_at=300) → TierResult

Sessions live in the memory of the server where the user logged in, or in a store that all share.
There is no SimPy clock: pages come in order, and when each is finished follows from those before it
(Lindley, 1952), for a whole run in a few NumPy calls.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from course.engine import parameters, workload
from course.engine.component import make, methods, name_of, sentences
from course.engine.parameters import NEVER
from course.engine.record import Result
from course.engine.servers import NoHealthyServer, Picker, ServerState
from course.engine.stations import NOT_YET
from course.stateless_tier.baselines import BASELINES, Drawn
from course.stateless_tier.traffic import visits

LOOK_UP = 0.001  # seconds that one look-up in a shared store takes


@dataclass(frozen=True)
class Tier:
    """When each server is there: web-1 dies at `dies_at`, the last one joins at `added_at` (s)."""

    servers: int
    dies_at: float
    added_at: float

    @property
    def names(self):
        """The servers' names; the last one joins later, if ever."""
        return tuple(f"web-{number + 1}" for number in range(self.servers + self.grows))

    @property
    def grows(self):
        """Whether a server joins."""
        return self.added_at < NEVER

    def up(self, times):
        """Return which servers (columns) are up at each of `times` (rows)."""
        up = np.ones((len(times), len(self.names)), dtype=bool)
        up[:, 0] = times < self.dies_at
        if self.grows:
            up[:, -1] = times >= self.added_at
        return up


@dataclass(frozen=True)
class TierResult(Result):
    """A run of the web tier: a row a page, besides what every Result has:

    `session` of each page; `thrown_out`: which pages were answered 401 although their user had
    logged in (and must do so again); `sessions_lost`: on the server that died, when it died;
    `tier`: when which server was there.
    """

    session: np.ndarray = field(kw_only=True)
    thrown_out: np.ndarray = field(kw_only=True)
    sessions_lost: int = field(kw_only=True)
    tier: Tier = field(kw_only=True)

    @property
    def changed_at(self):
        """When the newest server joined, else when web-1 died, else 0 (s)."""
        for time in (self.tier.added_at, self.tier.dies_at):
            if time < self.duration:
                return time
        return 0.0

    def shares(self):
        """Return the share of the pages since `changed_at` that each server got."""
        since = self.arrived_at >= self.changed_at
        pages = np.bincount(self.place[since], minlength=len(self.names))
        return pages[:-1] / max(1, since.sum())


def simulate(
    component=None,
    *,
    seed=0,
    users=250,
    servers=4,
    shared_store=False,
    dies_at=None,
    added_at=None,
    stay=1800.0,
    page_work=0.6,
    duration=600.0,
):
    """Return the TierResult of `duration` seconds of `users` who look at pages.

    component: a class or instance with `pick(session_id, servers)`; by default each session is
    drawn a server at log-in and stays there.
    users: so many at any time, each of whom stays `stay` s on average.
    servers: each serves one page at a time, `page_work` s on average.
    shared_store: whether any server knows every session, at the price of a look-up a page.
    dies_at: when web-1 dies for good (s, None for never); the balancer knows at once.
    added_at: when one more server joins (s, None for never).
    ValueError names a bad number; ComponentError says what the component did wrong.
    """
    traffic = visits(seed=seed, users=users, page_work=page_work, stay=stay, duration=duration)
    tier = Tier(
        parameters.count("servers", servers, at_most=100),
        parameters.time("dies_at", dies_at),
        parameters.time("added_at", added_at),
    )
    works = traffic.works + (LOOK_UP if shared_store else 0.0)
    if component is None or component in BASELINES:
        rng = workload.stream(seed, "balancer")
        place = (component or Drawn)(rng).places(traffic, tier)
    else:
        place = _picked(make(component, seed=seed), traffic, works, tier)
    started, finished, failed = _served(traffic.times, works, place, tier)
    thrown_out, sessions_lost = _logged_out(traffic, place, tier, shared_store)
    return TierResult(
        arrived_at=traffic.times,
        started_at=started,
        finished_at=finished,
        failed=failed,
        place=place,
        names=(*tier.names, "no server"),
        workers=len(tier.names),
        duration=traffic.duration,
        session=traffic.session,
        thrown_out=thrown_out,
        sessions_lost=sessions_lost,
        tier=tier,
    )


def session_id(number):
    """Return the id of a session, as the balancer reads it in the user's cookie."""
    return f"session-{number + 1}"


def _picked(balancer, traffic, works, tier):
    """Return the server of each page as `balancer.pick` chooses it; the last place is nowhere."""
    nowhere, places, tail = len(tier.names), [], [0.0] * len(tier.names)
    there = [deque() for _ in tier.names]  # when the pages that are there now will be finished
    servers = [ServerState(name, f"10.0.0.{11 + place}") for place, name in enumerate(tier.names)]
    changes = np.unique([0.0, tier.dies_at, tier.added_at, NEVER]).tolist()
    states, state = tier.up(np.array(changes)).tolist(), 0
    ids = [session_id(number) for number in range(len(traffic.leaves))]
    rows = zip(traffic.times.tolist(), works.tolist(), traffic.session.tolist(), strict=True)

    def call():
        return f"{name_of(balancer)}.pick({ids[session]!r}, servers)"

    (pick,) = methods(balancer, "pick(session_id, servers)")
    picker = Picker(pick, call)
    with sentences(call):
        for time, work, session in rows:
            while changes[state + 1] <= time:
                state += 1
                if tier.dies_at <= time:
                    there[0].clear()
            up, seen = states[state], []
            for place, server in enumerate(servers):
                queue = there[place]
                while queue and queue[0] <= time:
                    queue.popleft()
                if up[place] or place == 0 or time >= tier.added_at:
                    server.active, server.healthy = len(queue), up[place]
                    seen.append(server)
            try:
                place = servers.index(picker.choose(seen, ids[session]))
            except NoHealthyServer:
                places.append(nowhere)
                continue
            if up[place]:
                tail[place] = max(tail[place], time) + work
                there[place].append(tail[place])
            places.append(place)
    return np.array(places, dtype=np.int8)


def _served(times, works, place, tier):
    """Return (started, finished, failed): each server takes its pages one by one, in order.

    Lindley's recursion without a loop: the k-th page is finished when the works up to it are done
    after the latest time at which the server was idle.
    """
    started, finished = np.full(times.size, NOT_YET), times.copy()
    failed = np.ones(times.size, dtype=bool)
    for number in range(len(tier.names)):
        rows = np.flatnonzero(place == number)
        if number == 0:
            rows = rows[times[rows] < tier.dies_at]
        done = np.cumsum(works[rows])
        idle_until = np.maximum.accumulate(times[rows] - (done - works[rows]))
        ends = idle_until + done
        started[rows], finished[rows], failed[rows] = ends - works[rows], ends, False
    died = (place == 0) & (times < tier.dies_at) & (finished > tier.dies_at)
    started[died & (started > tier.dies_at)] = NOT_YET
    finished[died], failed[died] = tier.dies_at, True
    return started, finished, failed


def _logged_out(traffic, place, tier, shared_store):
    """Return (which pages found no session though their user had logged in, sessions lost)."""
    thrown_out = np.zeros(len(place), dtype=bool)
    if shared_store:
        return thrown_out, 0
    reached = (place < len(tier.names)) & ((place != 0) | (traffic.times < tier.dies_at))
    rows = np.flatnonzero(reached)
    rows = rows[np.lexsort((rows, traffic.session[rows]))]
    session, at = traffic.session[rows], place[rows]
    again = np.zeros(rows.size, dtype=bool)
    again[1:] = (session[1:] == session[:-1]) & (at[1:] != at[:-1])
    thrown_out[rows[again]] = True
    if tier.dies_at >= traffic.duration:
        return thrown_out, 0
    before = traffic.times[rows] < tier.dies_at
    last = np.full(len(traffic.leaves), -1)
    last[session[before]] = at[before]  # of equal indices the last one stays
    return thrown_out, int(np.sum((last == 0) & (traffic.leaves > tier.dies_at)))
