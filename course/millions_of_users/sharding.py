"""Keys on shards: where a student's ring puts them, and what a change of the shards moves."""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, make, methods, name_of, sentences, wrong_return
from course.millions_of_users.baselines import random_ring
from course.millions_of_users.theory import moved_by_modulo


@dataclass(frozen=True)
class Placed:
    """Keys on nodes before and after one more node joins.

    name: of the ring; keys: how many. before, after: keys on each node. moved: share of the keys
    that changed their node; modulo_moved: the same by the rule `key % nodes`. astray: how many
    keys went from one old node to another.
    """

    name: str
    keys: int
    before: np.ndarray
    after: np.ndarray
    moved: float
    modulo_moved: float
    astray: int

    @property
    def imbalance(self):
        """The fullest node's keys over the mean, before the new node joins."""
        return float(self.before.max() * self.before.size / self.keys)


def node_names(count):
    """Return the names of `count` nodes."""
    return [f"db-{number}" for number in range(1, count + 1)]


def key_names(count, seed=0):
    """Return `count` different keys, such as "user-48210"."""
    numbers = workload.stream(seed, "keys").choice(10**6, count, replace=False)
    return [f"user-{number}" for number in numbers.tolist()]


def place(ring=None, *, seed=0, nodes=10, points=128, keys=2_000):
    """Return the Placed of `keys` keys on `nodes` nodes, and on one more.

    ring: a class made with `nodes` (a list of names) and `replicas` (here: points), which has
    `node(key)`, `add(node)` and `remove(node)`; without one, points at random. points: of each
    node. seed: draws the keys' names, or the random points.
    ValueError names a bad number; ComponentError says what the ring did wrong.
    """
    nodes = parameters.count("nodes", nodes, at_most=200)
    points = parameters.count("points", points, at_most=10_000)
    keys = parameters.count("keys", keys, at_least=nodes, at_most=1_000_000)
    if ring is None:
        first, second = random_ring(seed, nodes, points, keys)
    else:
        first, second = _asked(ring, nodes, points, key_names(keys, seed))
    moved = first != second
    return Placed(
        name="random points" if ring is None else name_of(ring),
        keys=keys,
        before=np.bincount(first, minlength=nodes),
        after=np.bincount(second, minlength=nodes + 1),
        moved=float(moved.mean()),
        modulo_moved=moved_by_modulo(nodes, nodes + 1, keys),
        astray=int(np.sum(moved & (second != nodes))),
    )


def _asked(ring, nodes, points, keys):
    names = node_names(nodes + 1)
    name = name_of(ring)
    mine = make(ring, nodes=names[:-1], replicas=points)
    node_of, add, _ = methods(mine, "node", "add", "remove")
    number = {node: at for at, node in enumerate(names)}
    before = _nodes_of(node_of, name, keys, {node: number[node] for node in names[:-1]})
    with sentences(f"{name}.add({names[-1]!r})"):
        add(names[-1])
    return before, _nodes_of(node_of, name, keys, number)


def _nodes_of(node_of, name, keys, number):
    """Return the numbers of the nodes of all keys."""
    found, key = [], None
    with sentences(lambda: f"{name}.node({key!r})"):
        for key in keys:
            node = node_of(key)
            if not isinstance(node, str) or node not in number:
                raise ComponentError(
                    wrong_return(f"{name}.node({key!r})", node, "one of its nodes")
                )
            found.append(number[node])
    return np.array(found)


@dataclass(frozen=True)
class Resharded:
    """A store before and after a change of its shards.

    keys: how many were put. before, after: entries on each shard. moved: how many keys changed
    their shard; counted: what `rebalance` returned. missing: keys that `get` no longer finds;
    left_behind: entries that are also on another shard.
    """

    keys: int
    before: np.ndarray
    after: np.ndarray
    moved: int
    counted: int
    missing: int
    left_behind: int


def reshard(store, ring, *, seed=0, shards=4, then=5, points=128, keys=1_000):
    """Return the Resharded of a store that grows or shrinks from `shards` to `then` shards.

    store: a class made with `ring` and `stores` (a dict of shard → dict of its entries), which has
    `put(key, value)`, `get(key)` and `rebalance(new_ring)`. ring: a class made with `nodes` and
    `replicas` (here: points). keys: how many are put; seed: draws their names.
    ValueError names a bad number; ComponentError says what store or ring did wrong.
    """
    shards = parameters.count("shards", shards, at_most=100)
    then = parameters.count("then", then, at_most=100)
    points = parameters.count("points", points, at_most=10_000)
    keys = key_names(parameters.count("keys", keys, at_most=100_000), seed)
    old = make(ring, nodes=node_names(shards), replicas=points)
    new = make(ring, nodes=node_names(then), replicas=points)
    stores: dict[str, dict] = {}
    name = name_of(store)
    mine = make(store, ring=old, stores=stores)
    key = None
    with sentences(lambda: f"{name}.put({key!r}, {key!r})"):
        for key in keys:
            mine.put(key, key)
    where = _where(stores, name)
    before = _sizes(stores, shards)
    call = f"{name}.rebalance(new_ring)"
    with sentences(call):
        counted = mine.rebalance(new)
    if isinstance(counted, bool) or not isinstance(counted, (int, np.integer)):
        raise ComponentError(wrong_return(call, counted, "the number of keys moved"))
    missing = 0
    with sentences(lambda: f"{name}.get({key!r})"):
        for key in keys:
            missing += mine.get(key) != key
    now = _where(stores, name)
    return Resharded(
        keys=len(keys),
        before=before,
        after=_sizes(stores, then),
        moved=sum(where.get(key) != now.get(key) for key in keys),
        counted=int(counted),
        missing=missing,
        left_behind=sum(map(len, stores.values())) - len(now),
    )


def _where(stores, name):
    """Return {key: node} of all entries; a key that is on two nodes counts once."""
    for node, entries in stores.items():
        if not isinstance(entries, dict):
            raise ComponentError(
                f"{name}: stores[{node!r}] should be a dict, it is {type(entries).__name__}."
            )
    return {key: node for node, entries in stores.items() for key in entries}


def _sizes(stores, count):
    return np.array([len(stores.get(node, ())) for node in node_names(count)])
