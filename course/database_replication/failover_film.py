"""The film of a failover in notebook 03: what is on the belts is lost, and somebody takes over."""

import numpy as np

from course.database_replication import belts
from course.database_replication.failover import simulate_failover
from course.engine import rows
from course.engine.component import ComponentError, name_of
from course.engine.parameters import NEVER
from course.engine.watching import watching
from course.view import style
from course.view.reel import Reel

SEED = 7
RATE = 0.2  # of the run's seconds that play in a second
LAG = 0.5  # s
WRITE_RATE, DIES_AT, DETECTION, AFTER = 3.0, 3.0, 1.0, 2.0  # writes/s, and s; AFTER the promotion
WAY, STEP, TURN = 0.25, 0.03, 0.3  # s: to a database; up by one place; to the row of what is lost
DOOR, NEXT, LISTED, APART = 62, 26, 190, 24  # pixels
MOST = 13  # lost edits that are listed
FUNCTIONS = ("promote", "lost_writes")

LOST, NAMED, CHOSEN = "confirmed, and lost", "named by lost_writes", "takes over"
STATES = {
    **belts.STATES,
    LOST: (style.VERMILION, "tile"),
    NAMED: (style.PURPLE, "tile"),
    CHOSEN: (style.GREEN, "ring"),
}


def failover_film(
    promote=None,
    lost_writes=None,
    *,
    dies_at=None,
    synchronous=False,
    freshest_away=False,
    seed=SEED,
):
    """Return the Reel of a primary that dies, next to the promotion of the first in the list.

    The arguments are those of `simulate_failover`; dies_at: None for DIES_AT.
    If one of the functions fails, the film ends when it was needed.
    """
    dies_at = DIES_AT if dies_at is None else dies_at
    reel = Reel(end=dies_at + DETECTION + AFTER, rate=RATE, states=STATES)
    world = {
        "seed": seed,
        "write_rate": WRITE_RATE,
        "replicas": belts.REPLICAS,
        "lag": LAG,
        "dies_at": dies_at,
        "detection": DETECTION,
        "synchronous": synchronous,
        "freshest_away": freshest_away,
    }
    rules = {"the first in the list": (None, None if promote else lost_writes)}
    if promote is not None:
        rules = {f"your {name_of(promote)}": (promote, lost_writes), **rules}
    said = []
    for title, (rule, names) in rules.items():
        run, calls, fate = _run(rule, names, world)
        if fate:
            reel.fate, reel.end = fate, dies_at + DETECTION
        named = "lost, says lost_writes:" if names else ""
        lane = reel.lane(title, belts.scene(("confirmed, and lost:", named)))
        confirmed = _confirmed(run, synchronous)
        _edits(lane, run, confirmed, reel.end)
        known = run.written <= dies_at
        belts.log(lane, run.written[known], [has[known] for has in run.has], dies_at, reel.end)
        lane.count("confirmed", confirmed)
        lane.count("refused", run.written[_refused(run)].tolist())
        if run.away is not None:
            place = (belts.INSIDE, belts.height(run.away))
            belts.dead(lane, belts.NAMES[run.away + 1], place, dies_at, reel.end)
        if not fate:
            _take_over(reel, lane, run, calls)
            said.append(f"{title[0].upper()}{title[1:]}: {_outcome(run)}")
    _say(reel, said, dies_at, synchronous)
    return reel


def _run(promote, lost_writes, world):
    """Return (run, calls, fate): the Failover, and the calls that decided, by name.

    fate: the sentence about a function that failed, "" if none did. The Failover is then that of
    the first in the list.
    """
    watched, calls = {"promote": promote, "lost_writes": lost_writes}, {}
    sees = (_nodes, lambda lsn, node: (lsn, *_nodes([node])))
    for name, see in zip(FUNCTIONS, sees, strict=True):
        if watched[name] is not None:
            watched[name], calls[name] = watching(watched[name], **{name: see})
    try:
        return simulate_failover(**watched, **world), calls, ""
    except ComponentError as error:
        return simulate_failover(**world), {}, str(error)


def _nodes(replicas):
    return [(node.name, node.online, node.lsn) for node in replicas]


def _confirmed(run, synchronous):
    """Return when each write was confirmed that was before the death (s, ascending)."""
    times = np.max(run.has, axis=0) if synchronous else run.written
    return times[times <= run.dies_at].tolist()


def _refused(run):
    """Return which writes no database would take (a column of bools)."""
    until = NEVER if run.promoted is None else run.dies_at + run.detection
    return (run.written > run.dies_at) & (run.written < until)


def _edits(lane, run, confirmed, end):
    """Let every edit be an actor: from the users to a database, and back when it is answered."""
    logged, refused = run.logged, _refused(run).tolist()
    never = [NEVER] * (logged - len(confirmed))
    answered = [min(time, run.dies_at) for time in (*confirmed, *never)]
    waiting = rows.places(run.written[:logged], answered)
    for i, time in enumerate(run.written.tolist()):
        if time > end:
            break
        actor = lane.actor(f"edit {i + 1}", str(i + 1) if i < logged else "")
        actor.at(time - WAY, belts.PHONE, belts.USERS, belts.EDIT).at(
            time - 0.8 * WAY, belts.PHONE, belts.TOP
        )
        if i < logged:
            actor.at(time, DOOR, belts.TOP).tell(time, "is in the primary's log.")
            for since, place in waiting[i]:
                actor.go(since, since + STEP, DOOR + place * NEXT, belts.TOP)
            if i < len(confirmed):
                words = "was confirmed: its user has been told that it is safe."
                _answer(actor, answered[i], belts.SAVED, words)
            else:
                _answer(
                    actor, run.dies_at, belts.FAILED, "was not confirmed when the primary died."
                )
        elif refused[i]:
            actor.at(time, DOOR, belts.TOP)
            _answer(
                actor, time, belts.FAILED, "is refused: the primary is dead, and has no successor."
            )
        else:
            actor.at(time, belts.INSIDE + 20, belts.height(run.promoted))
            words = f"is taken by {belts.NAMES[run.promoted + 1]}, the new primary."
            _answer(actor, time, belts.SAVED, words)


def _answer(actor, time, state, words):
    actor.turn(time, state).tell(time, words)
    actor.go(time, time + 0.8 * WAY, belts.PHONE, actor.ys[-1])
    actor.at(time + WAY, belts.PHONE, belts.USERS).stay(time + WAY + 0.1)


def _take_over(reel, lane, run, calls):
    """Show who takes over, what is lost by that, and what `lost_writes` says is lost."""
    time = run.dies_at + run.detection
    promote, lost_writes = (calls[name][-1] if calls.get(name) else None for name in FUNCTIONS)
    if run.promoted is not None:
        name, place = belts.NAMES[run.promoted + 1], (belts.HAS, belts.height(run.promoted))
        chosen = lane.actor(f"{name} takes over", "").at(time, *place, CHOSEN, size=24)
        chosen.stay(reel.end)
        if promote is None:
            chosen.tell(time, f"{name} takes over: the first in the list that is online.")
        else:
            given = ", ".join(f"Node{node}" for node in promote.saw)
            saw = ", ".join(
                f"{who} {lsn}{'' if up else ' (offline)'}" for who, up, lsn in promote.saw
            )
            words = f"promote saw how far each one is: {saw}. It returned {name}."
            chosen.tell(time, words, call=promote, cell=f"promote([{given}])")
        if lost_writes is not None:
            lsn, node = lost_writes.saw
            words = f"lost_writes({lsn}, {node[0]} at {node[2]}) returned {list(run.named)}."
            cell = f"lost_writes({lsn}, Node{node})"
            chosen.tell(time, words, call=lost_writes, cell=cell)
        reel.mark(f"who takes over ({lane.title})", time, chosen)
    both = sorted({*run.lost, *run.named})
    listed = [(LOST, run.lost, belts.row_height(0))]
    if lost_writes is not None:
        listed.append((NAMED, run.named, belts.row_height(1)))
    for state, lsns, y in listed:
        for lsn in lsns[:MOST]:
            actor = lane.actor(f"edit {lsn}, {state}", str(lsn)).at(
                time, belts.PRIMARY, y, state, size=7
            )
            actor.at(time + TURN, LISTED + both.index(lsn) * APART, y).stay(
                max(reel.end, time + TURN)
            )
            if state == LOST:
                actor.tell(
                    time, "is lost: its user was told that it is safe, and no database has it."
                )
    lane.count("lost", [time] * len(run.lost))


def _outcome(run):
    """Return in words who takes over, and what is lost."""
    lost = ", ".join(map(str, run.lost[:MOST])) or "nothing"
    if run.promoted is None:
        return f"no replica takes over; lost: {lost}."
    told = f"{belts.NAMES[run.promoted + 1]} takes over; lost: {lost}."
    if run.named != run.lost:
        told += f" But lost_writes names {', '.join(map(str, run.named[:MOST])) or 'nothing'}."
    return told


def _say(reel, said, dies_at, synchronous):
    when = "once every replica has it" if synchronous else "at once"
    reel.caption(
        0,
        "Users edit. The primary numbers the edits, and belts take them to the replicas. An edit "
        f"is confirmed {when}.",
    )
    reel.caption(
        dies_at,
        "The primary is dead. What was on the belts falls off. Until somebody takes over, every "
        "edit is refused.",
    )
    if said:
        reel.caption(dies_at + DETECTION, " ".join(said))
