"""The film of notebook 03: a log on belts, and two phones that reload what it changes."""

import itertools
from functools import partial

import numpy as np

from course.database_replication import belts
from course.database_replication.baselines import RandomReplica
from course.database_replication.model import APPLY, World, run
from course.database_replication.nodes import PrimaryDown
from course.database_replication.traffic import Traffic
from course.engine import rows, workload
from course.engine.component import ComponentError, name_of
from course.engine.parameters import NEVER
from course.engine.watching import Calls, watching
from course.view import style
from course.view.reel import Reel

SECONDS, SEED = 6.0, 41
RATE = 0.2  # of the run's seconds that play in a second
LAG = 0.5  # s
WORK = 0.1  # s of a database per statement: ten times the notebook's, so that it can be seen
ANNA, SISTER = 1, 2  # sessions; both look at Anna's page
EDITS, RELOADS = (0.3, 1.7, 3.1, 4.5), (0.3, 0.65, 1.0)  # s: Anna's edits, and after each of them
SISTERS = tuple(0.55 * n for n in range(1, 11))  # s: her sister's reloads
WRITE = f"UPDATE users SET about = 'I moved' WHERE id = {ANNA}"
LOOK = f"SELECT about FROM users WHERE id = {ANNA}"
SQL = {"edit": WRITE, "reload": LOOK}  # the statements' names in cells to copy
SHORT, LONG = 0.2, 0.6  # s that a caption keeps before, and after another one
HOP, TRIP = 0.08, 0.09  # s: from a phone to the router, from there to a database
NEXT = 13  # pixels between two that wait

READ = "a reload"
NEW, OLD, MISSING = "the page, up to date", "an old page", "a page without her own edit"
STATES = {
    READ: (style.SKY, "disc"),
    NEW: (style.GREEN, "tile"),
    OLD: (style.PURPLE, "tile"),
    MISSING: (style.VERMILION, "tile"),
    **belts.STATES,
}


def film(router=None, *, lag=LAG, dies_at=None, seed=SEED):
    """Return the Reel of two phones whose reloads a router spreads, next to random choices.

    router: a class as of `simulate`, or None for random choices alone. lag: mean (s) of an entry's
    way to a replica. dies_at: when the primary dies (s), None for never.
    If the router fails, the film ends there.
    """
    world = phones(seed, lag, NEVER if dies_at is None else dies_at)
    reel = Reel(end=SECONDS, rate=RATE, states=STATES)
    lanes = {"a random replica": RandomReplica}
    if router is not None:
        lanes = {f"your {name_of(router)}": router, **lanes}
    told = []
    for title, each in lanes.items():
        result, calls, fate, end = _run(each, world, seed)
        if fate:
            reel.fate, reel.end = fate, end
        lane = reel.lane(title, belts.scene())
        decided = _decisions(calls, result, name_of(each), world.until[0])
        told += _Phones(reel, lane, result, world.until[0]).ask(*decided)
        logged, due = _shipped(result, world)
        belts.log(lane, logged, due, world.until[0], reel.end)
        _count(lane, result, world.until[0], reel.end)
    _say(reel, told, dies_at)
    return reel


def phones(seed, lag, dies_at):
    """Return the World of Anna, who edits and reloads her page, and her sister, who reloads it."""
    rng = workload.stream(seed, "phones")
    asked = [(time + rng.uniform(0, 0.1), SISTER, False) for time in SISTERS]
    for time in EDITS:
        edited = time + rng.uniform(0, 0.1)
        asked.append((edited, ANNA, True))
        asked += [(edited + later, ANNA, False) for later in RELOADS]
    times, session, write = (np.array(column) for column in zip(*sorted(asked), strict=True))
    sql = tuple(WRITE if writes else LOOK for writes in write)
    delays = [
        lag * workload.stream(seed, f"lag {number}").exponential(size=times.size)
        for number in range(belts.REPLICAS)
    ]
    until = np.array([dies_at, *[NEVER] * belts.REPLICAS])
    traffic = Traffic(times, session, np.full(times.size, ANNA), write, sql)
    return World(traffic, until, delays, WORK, APPLY * WORK, synchronous=False)


def _run(router, world, seed):
    """Return (result, calls, fate, end): a run, and the sentence about the call that ended it.

    fate: "" if none did. end: when it happened (s).
    """
    if not isinstance(router, type):  # a baseline, or a function `is_write`
        return run(world, router, seed), Calls(), "", SECONDS
    see = {"route": lambda sql: sql, "pick": lambda session: session}
    watched, calls = watching(router, wrote=lambda session, lsn: (session, lsn), **see)
    try:
        return run(world, watched, seed), calls, "", SECONDS
    except ComponentError as error:
        if not len(calls):
            raise
        result = run(world, _until(calls), seed)
        return result, calls, str(error), _times(calls, result)[-1]


def _until(calls):
    """Return a router that chooses as one has chosen, until the call that failed."""
    chosen = iter([call for call in calls.seen[:-1] if call.method != "wrote"])

    class Until:
        def __init__(self, primary, replicas):
            self.nodes = [primary, *replicas]

        def choose(self, *_):
            for call in chosen:
                if call.error:
                    break
                return self.nodes[belts.NAMES.index(call.returned.name)]
            raise PrimaryDown

        def wrote(self, session, lsn):
            pass

    setattr(Until, "route" if calls.of("route") else "pick", Until.choose)
    return Until


def _asked(calls, result):
    """Return the rows of the statements that a router was asked about, in order."""
    if calls.of("route"):
        return range(len(result))
    return np.flatnonzero(~result.write).tolist()


def _times(calls, result):
    """Return when each of the calls was made (s)."""
    asked, times = iter(_asked(calls, result)), []
    for call in calls.seen:
        if call.method == "wrote":  # it is told with the next statement, whoever's that is
            confirmed = result.finished_at[result.lsn == call.saw[1]]
            times.append(float(result.arrived_at[result.arrived_at >= confirmed][0]))
        else:
            times.append(float(result.arrived_at[next(asked)]))
    return times


def _shipped(result, world):
    """Return when each entry was in the log, and for each replica when it is, or was, due there."""
    logged = result.finished_at[result.lsn > 0]
    due = [np.maximum.accumulate(logged + delays[: logged.size]) for delays in world.delays]
    return logged, due


class _Phones:
    """What the two phones ask and show in one lane; `told`: (lane, kind, time, words) of it."""

    def __init__(self, reel, lane, result, dies_at):
        self.reel, self.lane, self.result, self.dies_at = reel, lane, result, dies_at
        self.seen, self.stands, self.told = _seen(result), _stands(result), []
        self.screens, self.newest = {}, dict.fromkeys(belts.PHONES, 0)  # by whose phone

    def ask(self, decided, noted):
        """Let every statement be an actor. decided, noted: as of `_decisions`."""
        result, numbers = self.result, {}
        for i, arrived in enumerate(result.arrived_at.tolist()):
            if arrived > self.reel.end:
                break
            who = "Anna" if result.session[i] == ANNA else "her sister"
            what = f"{who}'s {'edit' if result.write[i] else 'reload'}"
            numbers[what] = numbers.get(what, 0) + 1
            label = str(result.lsn[i]) if result.lsn[i] else ""
            actor = self.lane.actor(f"{what} {numbers[what]}", label)
            look = belts.EDIT if result.write[i] else READ
            actor.at(arrived - HOP, belts.PHONE, belts.PHONES[who], look)
            actor.at(arrived, belts.ROUTER, belts.PHONES[who])
            _walk(actor, int(result.place[i]), self.stands[i])
            words, call, cell = decided.get(i) or (partial(_where, result, i), None, "")
            actor.tell(arrived, words, call=call, cell=cell)
            if result.failed[i]:
                self._fails(actor, i, who, what)
            elif result.write[i]:
                self._confirmed(actor, i, who, noted.get(int(result.lsn[i])))
            else:
                self._page(actor, i, who)
        for screen in self.screens.values():
            screen.remain(SECONDS)
        return self.told

    def _fails(self, actor, i, who, what):
        result, left = self.result, float(self.result.finished_at[i])
        why = "the primary is dead"
        if not result.write[i]:
            why = "the primary, where it was sent, is dead"
        elif left < self.dies_at:
            why = "a replica takes no edits"
        actor.turn(left, belts.FAILED).tell(left, f"failed: {why}.")
        comes = _back(actor, left, int(result.place[i]), belts.PHONES[who] - 20)
        actor.stay(comes + 0.3)
        self._say("failed", left, f"{what} fails: {why}.")

    def _confirmed(self, actor, i, who, noted):
        left = float(self.result.finished_at[i])
        actor.turn(left, belts.SAVED).tell(left, f"was confirmed: edit {self.result.lsn[i]}.")
        actor.stay(_back(actor, left, 0, belts.PHONES[who] - 20) + 0.2)
        if noted:
            time, words, call, cell = noted
            actor.tell(time, words, call=call, cell=cell)

    def _page(self, actor, i, who):
        """Bring the page to the phone, where it stays until the next one comes."""
        result, seen, y = self.result, self.seen[i], belts.PHONES[who]
        own, old, place = result.own_stale[i], result.stale[i], int(result.place[i])
        left, started = float(result.finished_at[i]), float(result.started_at[i])
        state = MISSING if own else OLD if old else NEW
        last = _lsns(result, started)[0]
        words = f", but edit {last} had been confirmed." if old else ", the newest."
        actor.turn(left, state)
        actor.tell(left, f"was answered by {belts.NAMES[place]}: {_edit(seen)}{words}")
        comes = _back(actor, left, place, y)
        if before := self.screens.get(who):
            before.remain(comes)
        screen = self.lane.actor(f"what {who}'s phone shows", str(seen), actor)
        self.screens[who] = screen.at(comes, belts.PHONE, y, state, size=9)
        if own:
            lacks = (
                f"Anna reloads and gets {_edit(seen)}: {belts.NAMES[place]} lacks her edit {last}."
            )
            self._say("missing", comes, lacks, "Anna's missing edit", actor)
        elif who == "Anna" and place == 0:
            time = float(result.arrived_at[i])
            lacks = last > max(_lsns(result, time)[1:])
            why = f": no replica has her edit {last} yet." if lacks else "."
            self._say("primary", time, f"Anna's reload goes to the primary{why}")
        if who != "Anna" and seen < self.newest[who]:
            back = f"her sister has seen edit {self.newest[who]}, and now gets {_edit(seen)}."
            self._say("back", comes, back, "her sister's step back", actor)
        self.newest[who] = seen

    def _say(self, kind, time, words, mark="", actor=None):
        if mark and time <= self.reel.end and all(kind != each for _, each, *_ in self.told):
            self.reel.mark(f"{mark} ({self.lane.title})", time, actor)
        self.told.append((self.lane, kind, time, words))


def _edit(lsn):
    return f"edit {lsn}" if lsn else "the page before any edit"


def _seen(result):
    """Return for each answered read the number of the last edit in the database it was sent to."""
    has = [result.finished_at[result.lsn > 0], *result.applied_at]
    return [
        int(np.searchsorted(has[place], start, "right")) if start == start and place >= 0 else 0
        for place, start in zip(result.place.tolist(), result.started_at.tolist(), strict=True)
    ]


def _stands(result):
    """Return for each statement its (time, place)s in the row of the database it was sent to."""
    found = [[] for _ in range(len(result))]
    for node in range(len(belts.NAMES)):
        mine = np.flatnonzero(result.place == node)
        left = np.where(result.failed[mine], NEVER, result.finished_at[mine])
        for i, changes in zip(
            mine.tolist(), rows.places(result.arrived_at[mine], left), strict=True
        ):
            found[i] = changes
    return found


def _walk(actor, place, stands):
    """Lead a statement from the router to its database, and along the row there."""
    takes = TRIP
    for time, behind in stands:
        if place:
            x, y = (
                (belts.DOOR + (behind - 1) * NEXT if behind else belts.INSIDE),
                belts.height(place - 1),
            )
        else:
            x, y = (
                (belts.STARTS + 12 + (behind - 1) * NEXT if behind else belts.PRIMARY + 18),
                belts.TOP,
            )
        actor.go(time, time + takes / 3, *((x, y) if takes < TRIP else (belts.ROUTER, y)))
        actor.at(time + takes, x, y)
        takes = TRIP / 3


def _back(actor, left, place, y):
    """Lead an answer back to the phone at `y`; return when it is there."""
    if place >= 0:
        actor.go(left, left + TRIP, belts.ROUTER, belts.TOP if place == 0 else y)
        left += TRIP
    actor.go(left, left + HOP, belts.PHONE, y)
    return left + HOP


def _where(result, i):
    if result.place[i] < 0:
        return "was sent nowhere: no database could take it."
    return (
        f"was sent to {belts.NAMES[result.place[i]]}. {_had(_lsns(result, result.arrived_at[i]))}"
    )


def _lsns(result, time):
    """Return the number of the last entry of each database at a time."""
    has = [result.finished_at[result.lsn > 0], *result.applied_at]
    return [int(np.searchsorted(each, time, "right")) for each in has]


def _had(lsns):
    return f"({', '.join(f'{n} had {lsn}' for n, lsn in zip(belts.NAMES, lsns, strict=True))}.)"


def _decisions(calls, result, name, dies_at):
    """Return {row: (words, call, cell)}, and of `wrote` {lsn: (time, words, call, cell)}."""
    asked, found, noted, before = iter(_asked(calls, result)), {}, {}, []
    for call, time in zip(calls.seen, _times(calls, result), strict=True):
        lsns = _lsns(result, time)
        known = (None if time >= dies_at else lsns[0], *lsns[1:])
        if call.method == "wrote":
            words = f"{name}.wrote{call.saw}: your router was told."
            cell = partial(_cell, name, before, len(before), known, ("wrote", *call.saw))
            noted[call.saw[1]] = (time, words, call, cell)
            before.append((known, ("wrote", *call.saw)))
            continue
        chose = f"raised {type(call.error).__name__}"
        if call.error is None:
            chose = f"returned {getattr(call.returned, 'name', repr(call.returned))}"
        words = f"arrived. {call.method}({call.saw!r}) {chose}. {_had(lsns)}"
        asks = (call.method, call.saw)
        cell = partial(_cell, name, before, len(before), known, asks)
        found[next(asked)] = (words, call, cell)
        if call.error is None:
            before.append((known, asks))
    return found, noted


def _cell(name, calls, number, known, asks):
    """Return code that makes a call, after the first `number` of the `calls`.

    calls: of (what each database had, call); known: what they have now; asks: the call itself,
    (method, *arguments).
    """
    before = calls[:number]
    method, *arguments = asks
    made = f"router.{method}({', '.join(map(_written, arguments))})"
    lines = ["from course.database_replication import router_after", ""]
    for variable, sql in SQL.items():
        if (method, sql) in [call for _, call in [*before, (known, asks)]]:
            lines.append(f"{variable} = {sql!r}")
    lines.append(f"router = router_after({name}, [")
    for lsns, calls in itertools.groupby([*before, (known, None)], key=lambda each: each[0]):
        told = [
            f"({', '.join((repr(call[0]), *map(_written, call[1:])))})" for _, call in calls if call
        ]
        lines.append(f"    ({lsns}, [{', '.join(told)}]),")
    last = made if method == "wrote" else f"print({made}.name)"
    return "\n".join([*lines, "])", last])


def _written(argument):
    """Return an argument as code: a statement by the name of its variable."""
    return next((name for name, sql in SQL.items() if sql == argument), repr(argument))


def _count(lane, result, dies_at, end):
    """Show the run's figures: how many of what there were up to `end`."""
    reads, by = result.reads, result.finished_at
    columns = {
        "answered": reads,
        "old": result.stale,
        "without her own edit": result.own_stale,
        "by the primary": reads & (result.place == 0),
    }
    if dies_at < end:
        columns["failed"] = result.failed
    for name, rows_ in columns.items():
        lane.count(name, by[rows_ & (by <= end)].tolist())


def _say(reel, told, dies_at):
    """Give captions to the first of each kind of event, but leave time to read them."""
    captions = {
        0.0: "Anna edits her page, then reloads it; so does her sister. The primary numbers the "
        "edits, and belts take them to the replicas. The number on a phone is the last edit on "
        "the page that it got."
    }
    if dies_at is not None:
        captions[dies_at] = (
            "The primary is dead. What was on the belts falls off. Edits fail; reloads go on where "
            "a replica answers them."
        )
    kinds = set()
    for lane, kind, time, words in sorted(told, key=lambda each: each[2]):
        free = all(not -SHORT < time - other < LONG for other in captions)
        if free and (lane.title, kind) not in kinds and time < reel.end:
            kinds.add((lane.title, kind))
            captions[time] = f"{lane.title[0].upper()}{lane.title[1:]}: {words}"
    for time in sorted(captions):
        reel.caption(time, captions[time])
