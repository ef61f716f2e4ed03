"""The film of shards: keys are put on their shards, one more shard joins, and some have to move."""

import inspect
from functools import cache
from math import cos, pi, sin, sqrt

from course.engine.component import ComponentError, make, name_of
from course.engine.watching import watching
from course.millions_of_users.baselines import modulo
from course.millions_of_users.sharding import key_names, node_names, place
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED, KEYS = 1, 140
RATE = 10.0  # calls of `node` that play in a second
FLIGHT = 6.0  # calls that a key is on its way
X, Y, ROUND, ROOM = 220, 158, 108, 33  # pixels: the circle of shards, and of a shard
GOLDEN = pi * (3 - sqrt(5))  # the angle between neighbours, as of a sunflower's seeds
STAYS, MOVES, ASTRAY = "on its shard", "moves to the new shard", "moves between old shards"
JOINS = "a shard joins"
LOOKS = {
    STAYS: (style.SKY, "disc"),
    MOVES: (style.BLUE, "square"),
    ASTRAY: (style.VERMILION, "triangle"),
    JOINS: (style.GREEN, "diamond"),
}


def film(ring=None, *, nodes=4, points=64, seed=SEED):
    """Return the Reel of a ring next to the rule number % shards, with the same keys.

    ring: a class as of `place`, or None for the rule alone. nodes: shards before one more joins.
    points: of each on the ring. Time is counted in calls: each key is asked for, the shard joins,
    and each key is asked for again. If the ring fails, the film ends at that call.
    """
    keys, names = key_names(KEYS, seed), node_names(nodes + 1)
    reel = Reel(end=2 * KEYS + 1 + FLIGHT, rate=RATE, states=LOOKS, clock=(1, "calls"))
    runs = {}
    if ring is not None:
        found, asked, added, reel.fate = _run(ring, seed, nodes, points)
        runs[f"your {name_of(ring)}"] = found, asked, added
        if reel.fate:  # at the next key, or at the new shard
            reel.end = float(len(found) + 1 + (len(found) > KEYS or len(asked) > KEYS))
    by_rule = [names[at] for count in (nodes, nodes + 1) for at in modulo(keys, count)]
    runs["number % shards (modulo)"] = by_rule, [], None
    for title, (found, asked, added) in runs.items():
        lane = reel.lane(title, _scene(nodes + 1))
        before, after = found[:KEYS], found[KEYS:]
        made = f"{name_of(ring)}({names[:-1]}, {points})" if asked else ""
        _keys(lane, keys, names, (before, after), asked, made)
        if len(before) == KEYS:
            _join(lane, nodes, names[-1], added)
        moved = [i for i, node in enumerate(after) if node != before[i]]
        lane.count("moved", [KEYS + 1 + i for i in moved])
        astray = [KEYS + 1 + i for i in moved if after[i] != names[-1]]
        lane.count("of them between old shards", astray)
        if moved and asked:
            first = lane.actors[moved[0]]
            reel.mark("your first key that moves", KEYS + 1 + moved[0], first)
    _captions(reel, names[-1])
    return reel


def _run(ring, seed, nodes, points):
    """Return (answers, calls of `node`, call of `add`, fate): of a run of `place`.

    fate: the sentence about the call that ended it, "" if none did; that call has no answer.
    """
    if inspect.isroutine(ring):  # that makes a ring: what it makes is what is asked
        ring = make(ring, nodes=node_names(nodes), replicas=points)
    watched, calls = watching(ring, node=lambda key: key, add=lambda node: node)
    fate = ""
    try:
        place(watched, seed=seed, nodes=nodes, points=points, keys=KEYS)
    except ComponentError as error:
        if not calls.of("node"):
            raise
        fate = str(error)
    asked = calls.of("node")
    joined = [call for call in calls if call.method == "add" and call.saw == f"db-{nodes + 1}"]
    answered = asked[:-1] if fate and calls[-1].method == "node" else asked
    return [call.returned for call in answered], asked, joined[-1] if joined else None, fate


@cache
def _scene(count):
    scene = Scene(440, 316)
    scene.circle(X, Y, ROUND)
    for number in range(count):
        x, y = middle(number, count)
        scene.circle(x, y, ROOM + 4, colour=style.GREY if number + 1 < count else style.PALE)
        x, y = middle(number, count)
        scene.text(x + ROOM + 10, y - ROOM + 6, f"db-{number + 1}")
    scene.text(X, Y, "the app", at="center")
    return scene


def middle(number, count, radius=ROUND):
    """Return where the middle of one of `count` shards is."""
    angle = 2 * pi * number / count - pi / 2
    return X + radius * cos(angle), Y + radius * sin(angle)


class _Shard:
    """Where the keys of a shard stand: like a sunflower's seeds, a free place is taken again."""

    def __init__(self, number, count, close):
        self.middle, self.close = middle(number, count), close
        self.free, self.most = [], 0

    def take(self):
        if self.free:
            return self.free.pop(0)
        self.most += 1
        return self.most - 1

    def place(self, seat):
        x, y = self.middle
        radius = self.close * sqrt(seat + 0.5)
        return x + radius * cos(seat * GOLDEN), y + radius * sin(seat * GOLDEN)

    def leave(self, seat):
        self.free.append(seat)
        self.free.sort()


def _keys(lane, keys, names, answers, asked, made):
    """Let every key be an actor, which goes to its shard, and to another one when asked again."""
    before, after = answers
    fullest = max(side.count(name) for side in answers for name in names)
    close = min(5.6, ROOM / sqrt(fullest + 1))
    shards = {name: _Shard(at, len(names), close) for at, name in enumerate(names)}
    seats, last = [], 2 * KEYS + 1 + FLIGHT
    asked = asked or [None] * (2 * KEYS)
    for i, node in enumerate(before):
        seats.append(shards[node].take())
        actor = lane.actor(keys[i]).at(i, X, Y, STAYS, size=3.2)
        actor.at(i + FLIGHT, *shards[node].place(seats[i]))
        said = f"node({keys[i]!r}) returned {node!r}." if made else f"{_rule(keys[i], names[:-1])}"
        actor.tell(i, said, call=asked[i], cell=made and f"{made}.node({keys[i]!r})")
    for i, node in enumerate(after):
        time, actor = KEYS + 1 + i, lane.actors[i]
        said = f"node({keys[i]!r}) returned {node!r}" if made else _rule(keys[i], names)[:-1]
        if node == before[i]:
            actor.stay(time, size=5).stay(time + FLIGHT / 2, size=3.2)
            told = f"asked again: {said}. It stays."
        else:
            shards[before[i]].leave(seats[i])
            seats[i] = shards[node].take()
            state = MOVES if node == names[-1] else ASTRAY
            actor.stay(time, state, size=3.6)
            actor.at(time + FLIGHT, *shards[node].place(seats[i]))
            told = f"asked again: {said}. Its row has to move."
        again = f"ring = {made}\nring.add({names[-1]!r})\nring.node({keys[i]!r})"
        actor.tell(time, told, call=asked[KEYS + i], cell=made and again)
    for actor in lane.actors:
        actor.remain(last)


def _rule(key, names):
    number = int(key.partition("-")[2])
    return f"{number} % {len(names)} is {number % len(names)}: {names[number % len(names)]!r}."


def _join(lane, nodes, name, added):
    """Let the new shard come: from then on the keys are asked for again."""
    x, y = middle(nodes, nodes + 1, ROUND + ROOM + 12)
    actor = lane.actor(name).at(KEYS, X, Y, JOINS, size=7).at(KEYS + FLIGHT, x, y, size=7)
    words = f"add({name!r}) was called." if added else "is one more: the rule divides by it now."
    actor.tell(KEYS, words, call=added).stay(2 * KEYS + 1 + FLIGHT)


def _captions(reel, name):
    reel.caption(0, "Each dot is a key: a user's row. The app asks which shard it belongs to.")
    reel.caption(
        KEYS,
        f"{name} joins, empty. Now every key is asked for again: where the answer is another one, "
        "a row has to move.",
    )
    if not reel.fate:
        moved = " and ".join(
            f"{len(lane.counters[0].times)} of {KEYS} ({lane.title})" for lane in reel.lanes
        )
        reel.caption(2 * KEYS + 1, f"Moved: {moved}.")
