"""The second film of notebook 06: any server serves any user, with the sessions in one store."""

import numpy as np

from course.engine.component import ComponentError, name_of
from course.engine.watching import watching
from course.stateless_tier import stage
from course.stateless_tier.baselines import Drawn, InTurn
from course.stateless_tier.model import simulate
from course.stateless_tier.serving import simulate_serving, valid_pages
from course.stateless_tier.stage import SEED
from course.stateless_tier.traffic import visits

ONE_STORE = (
    "A square is a session. With your store any server serves any user, and a ring shows how long "
    "the session is valid. In the other lane each server keeps its own."
)


def film(session_store, handle, *, lifetime=300.0, dies_at=None, seed=SEED):
    """Return the Reel of any server and your session store, next to sticky sessions in memory.

    session_store, handle: as of `simulate_serving`. lifetime: of a session (s). dies_at: when web-1
    dies (s), None for never. If one of the two fails, the film ends there.
    """
    reel = stage.new_reel()
    play = _served(reel, session_store, handle, lifetime, dies_at, seed)
    stage.show(reel, f"your {name_of(session_store)}, any server", play)
    stage.show(reel, Drawn.name, stage.drawn(dies_at, seed))
    stage.captions(reel, dies_at, ONE_STORE)
    return reel


def _served(reel, session_store, handle, lifetime, dies_at, seed):
    """Return the Play of any server with the student's store, up to what failed."""
    people, tier = stage.world(dies_at, seed)
    traffic = visits(**people)
    result = simulate(InTurn, shared_store=True, **people, **tier)
    answering, answered = watching(handle, **{name_of(handle): lambda request, store: request})
    storing, stored = watching(session_store, user=lambda session_id: len(answered))
    try:
        simulate_serving(storing, answering, lifetime=lifetime, strangers=0, **people)
    except ComponentError as error:
        if not len(answered):
            raise
        reel.fate, reel.end = str(error), float(traffic.times[len(answered) - 1])
    valid = valid_pages(traffic, lifetime).tolist()
    looked_up = {call.saw - 1: call for call in stored}
    answers, stories, right = [], [], []
    for page, (session, is_valid) in enumerate(zip(traffic.session.tolist(), valid, strict=True)):
        call = answered[page] if page < len(answered) else None
        given = call.returned if call else None
        user = f"user-{session + 1}"
        got_it = given is not None and (given.status, given.body) == (200, user)
        if result.failed[page]:
            answer = stage.LOST
        elif is_valid:
            answer = stage.PAGE if got_it or given is None else stage.LOST
        else:
            answer = stage.LOGS_IN
        right.append(given is None or got_it if is_valid else given is None or given.status == 401)
        answers.append(answer)
        words = _words(result, page, given, is_valid, user, bool(traffic.first[page]))
        cell = _cell_of_handle(traffic, page, valid, name_of(session_store), lifetime)
        stories.append((words, looked_up.get(page, call), cell))
    return stage.Play(result, traffic, answers, stories, lifetime, right)


def _words(result, page, given, is_valid, user, first):
    server = result.names[result.place[page]]
    if result.failed[page]:
        return f"asks {server}, which dies before it has answered."
    if given is None:
        return f"asks {server}."
    said = f"{given.status}" if given.status == 401 else f"200 and the page of {given.body!r}"
    why = "has no session yet" if first else "has a session" if is_valid else "let it expire"
    words = f"asks {server}, and {server} the store. {user} {why}; handle answered {said}."
    return words if given.status == 200 else f"{words} The user logs in."


def _cell_of_handle(traffic, page, valid, store, lifetime):
    """Return code that asks for this page again, after all that its session has done before."""
    session = traffic.session[page]
    mine = [row for row in np.flatnonzero(traffic.session == session).tolist() if row <= page]
    start = float(traffic.times[mine[0]])
    lines = [
        f"env = simpy.Environment({start:.3f})",
        f"store = {store}(env, {lifetime:g})",
        "cookie = None",
    ]
    for row in mine:
        if row != mine[0]:
            lines.append(f"env.run(until={traffic.times[row]:.3f})")
        lines.append("answer = handle(Request(cookie), store)")
        if not valid[row] and row != page:
            lines.append(f'cookie = store.login("user-{session + 1}")')
    return "\n".join([*lines, "answer"])
