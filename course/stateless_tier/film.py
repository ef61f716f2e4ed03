"""The film of notebook 06: sessions lie in the servers' memory, and a balancer picks servers."""

from functools import partial

from course.engine.component import ComponentError, name_of
from course.engine.servers import NoHealthyServer
from course.engine.watching import repeating, watching
from course.stateless_tier import stage
from course.stateless_tier.baselines import Drawn
from course.stateless_tier.model import simulate
from course.stateless_tier.stage import SEED
from course.stateless_tier.traffic import visits


def film(balancer=None, *, dies_at=None, seed=SEED):
    """Return the Reel of sticky sessions in the servers' memory, given out at random.

    balancer: a class or instance with `pick(session_id, servers)`, shown next to that.
    dies_at: when web-1 dies (s), None for never. If the balancer fails, the film ends there.
    """
    reel = stage.new_reel()
    if balancer is not None:
        stage.show(reel, f"your {name_of(balancer)}", _picked(reel, balancer, dies_at, seed))
    stage.show(reel, Drawn.name, stage.drawn(dies_at, seed))
    stage.captions(reel, dies_at)
    return reel


def _picked(reel, balancer, dies_at, seed):
    """Return the Play of a student's balancer, up to the call that failed."""
    people, tier = stage.world(dies_at, seed)
    traffic = visits(**people)
    watched, calls = watching(balancer, pick=lambda session, servers: (session, list(servers)))
    try:
        result = simulate(watched, **people, **tier)
    except ComponentError as error:
        if not len(calls):
            raise
        reel.fate, reel.end = str(error), float(traffic.times[len(calls) - 1])
        result = simulate(repeating(calls, pick=_as_then), **people, **tier)

    def told(page):
        if page >= len(calls):
            return "", None, ""
        call = calls[page]
        session, views = call.saw
        up = [view.name for view in views if view.healthy]
        return (
            f"pick got {session} and the healthy servers {', '.join(up) or 'none'}. ",
            call,
            partial(_cell_of_pick, name_of(balancer), calls, page),
        )

    return stage.of_memory(result, traffic, told)


def _as_then(pick, session, servers):
    if pick is None or pick.returned is None:
        raise NoHealthyServer
    return servers[pick.saw[1].index(pick.returned)]


def _cell_of_pick(name, calls, page):
    before = [(call.saw[0], _out(call.saw[1])) for call in calls[:page]]
    session, views = calls[page].saw
    active = {view.name: view.active for view in views}
    lines = [f"balancer = {name}()", f"everyone = {active}"]
    if before:
        lines += [
            f"for session, out in {before}:",
            "    balancer.pick(session, make_views(everyone, out=out))",
        ]
    return "\n".join(
        [*lines, f"balancer.pick({session!r}, make_views(everyone, out={_out(views)}))"]
    )


def _out(views):
    return [view.name for view in views if not view.healthy]
