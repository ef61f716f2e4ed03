"""Keys on nodes: where a student's ring puts them, what adding a node moves, what celebrities do.

The ghost beside a ring is the rule `number of the key modulo number of the nodes`, by arithmetic.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, make, name_of, sentences, wrong_return


@dataclass(frozen=True)
class Placed:
    """Keys on nodes before and after one more node joins.

    before, after: keys on each node; by_modulo: the same after, by modulo. moved, modulo_moved:
    share of the keys that changed their node; astray: how many went from one old node to another.
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
        """The largest node's keys over the mean, before."""
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

    ring: a class made with `nodes` and `replicas` (here: points), with `node(key)` and `add(node)`;
    without one, points at random. ComponentError says what it did wrong.
    """
    nodes = parameters.count("nodes", nodes, at_most=200)
    points = parameters.count("points", points, at_most=10_000)
    keys = parameters.count("keys", keys, at_least=nodes, at_most=1_000_000)
    numbers = np.arange(keys)
    if ring is None:
        first, second = _random_ring(seed, nodes, points, keys)
    else:
        first, second = _asked(ring, nodes, points, key_names(keys, seed))
    moved = first != second
    return Placed(
        name="random points" if ring is None else name_of(ring),
        keys=keys,
        before=np.bincount(first, minlength=nodes),
        after=np.bincount(second, minlength=nodes + 1),
        moved=float(moved.mean()),
        modulo_moved=float(np.mean(numbers % nodes != numbers % (nodes + 1))),
        astray=int(np.sum(moved & (second != nodes))),
    )


def _random_ring(seed, nodes, points, keys):
    """Return where keys at random places of a circle go, before and after: to the next point."""
    rng = workload.stream(seed, "points")
    at = rng.uniform(size=(nodes + 1) * points)
    owner = np.repeat(np.arange(nodes + 1), points)
    keys = workload.stream(seed, "places").uniform(size=keys)
    return _next_owner(at[:-points], owner[:-points], keys), _next_owner(at, owner, keys)


def _next_owner(at, owner, keys):
    order = np.argsort(at)
    return owner[order][np.searchsorted(at[order], keys) % len(at)]


def _asked(ring, nodes, points, keys):
    names = node_names(nodes + 1)
    name = name_of(ring)
    mine = make(ring, nodes=names[:-1], replicas=points)
    for method in ("node", "add", "remove"):
        if not callable(getattr(mine, method, None)):
            raise ComponentError(f"{name} has no method {method}.")
    number = {node: at for at, node in enumerate(names)}
    before = _nodes_of(mine, name, keys, {node: number[node] for node in names[:-1]})
    with sentences(f"{name}.add({names[-1]!r})"):
        mine.add(names[-1])
    return before, _nodes_of(mine, name, keys, number)


def _nodes_of(ring, name, keys, number):
    """Return the numbers of the nodes of all keys."""
    found, asked = [], keys[0]
    try:
        for asked in keys:
            found.append(number[ring.node(asked)])
    except (NotImplementedError, ComponentError):
        raise
    except Exception:
        call = f"{name}.node({asked!r})"
        with sentences(call):
            node = ring.node(asked)
        raise ComponentError(wrong_return(call, node, "one of its nodes")) from None
    return np.array(found)


@dataclass(frozen=True)
class Resharded:
    """A store before and after its shards changed: keys on each shard, how many moved.

    counted: what `rebalance` returned; missing: keys that it does not find any more; left_behind:
    entries that are still on a shard that should not have them.
    """

    keys: int
    before: np.ndarray
    after: np.ndarray
    moved: int
    counted: int
    missing: int
    left_behind: int


def reshard(store, ring, *, seed=0, shards=4, then=5, points=128, keys=1_000):
    """Return the Resharded of a store whose shards become `then` instead of `shards`.

    store: a class made with (ring, stores), with put, get and rebalance; ring: a class made with
    (nodes, replicas). ComponentError says what they did wrong.
    """
    shards = parameters.count("shards", shards, at_most=100)
    then = parameters.count("then", then, at_most=100)
    points = parameters.count("points", points, at_most=10_000)
    keys = key_names(parameters.count("keys", keys, at_most=100_000), seed)
    old = make(ring, nodes=node_names(shards), replicas=points)
    new = make(ring, nodes=node_names(then), replicas=points)
    stores, name = {}, name_of(store)
    mine = make(store, ring=old, stores=stores)
    for key in keys:
        with sentences(f"{name}.put({key!r}, {key!r})"):
            mine.put(key, key)
    where = _where(stores, name)
    before = _sizes(stores, shards)
    with sentences(f"{name}.rebalance(new_ring)"):
        counted = mine.rebalance(new)
    if isinstance(counted, bool) or not isinstance(counted, (int, np.integer)):
        raise ComponentError(
            wrong_return(f"{name}.rebalance(new_ring)", counted, "the number of keys moved")
        )
    missing = 0
    for key in keys:
        with sentences(f"{name}.get({key!r})"):
            missing += mine.get(key) != key
    now = _where(stores, name)
    return Resharded(
        keys=len(keys),
        before=before,
        after=_sizes(stores, then),
        moved=sum(where.get(key) != now.get(key) for key in keys),
        counted=int(counted),
        missing=missing,
        left_behind=sum(len(entries) for entries in stores.values()) - len(now),
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


@dataclass(frozen=True)
class Heated:
    """Loads of shards with celebrities: accesses on each, and after the found keys are spread.

    top: accesses of the busiest keys, most first; found: which of them `hot_keys` returned; hot:
    how many keys it returned in all; wrong: about how many it is wrong.
    """

    accesses: int
    shards: int
    factor: float
    before: np.ndarray
    after: np.ndarray
    top: np.ndarray
    found: np.ndarray
    hot: int
    wrong: int


def heat(hot_keys, *, seed=0, keys=400, skew=0.6, celebrity=0.1, shards=8, factor=0.5):
    """Return the Heated of 100,000 accesses; `celebrity`: share of them that go to one key.

    hot_keys(accesses, shards, factor) names the keys to spread: a copy on every shard, each of
    which then serves an equal part. Without one, none are.
    """
    keys = parameters.count("keys", keys, at_least=2, at_most=100_000)
    shards = parameters.count("shards", shards, at_most=1_000)
    factor = parameters.number("factor", factor, above=0)
    share = parameters.number("celebrity", celebrity, at_least=0, at_most=1)
    popularity = workload.zipf_popularity(keys, skew) * (1 - share)
    popularity[0] += share
    counts = workload.stream(seed, "accesses").multinomial(100_000, popularity)
    names = [f"user-{number}" for number in workload.stream(seed, "names").permutation(keys)]
    shard = workload.stream(seed, "shards").integers(0, shards, keys)
    hot = () if hot_keys is None else _hot(hot_keys, names, counts, shards, factor)
    spread = np.array([name in hot for name in names])
    rest = np.where(spread, 0, counts)
    before = np.bincount(shard, weights=counts, minlength=shards)
    after = np.bincount(shard, weights=rest, minlength=shards) + counts[spread].sum() / shards
    order = np.argsort(-counts, kind="stable")[:20]
    true = counts * shards > factor * counts.sum()
    return Heated(
        accesses=int(counts.sum()),
        shards=shards,
        factor=factor,
        before=before,
        after=after,
        top=counts[order],
        found=spread[order],
        hot=int(spread.sum()),
        wrong=0 if hot_keys is None else int(np.sum(spread != true)),
    )


def _hot(hot_keys, names, counts, shards, factor):
    accesses = dict(zip(names, counts.tolist(), strict=True))
    call = f"{name_of(hot_keys)}(accesses, {shards}, {factor:g})"
    with sentences(call):
        found = hot_keys(accesses, shards, factor)
        if not isinstance(found, Iterable):
            raise ComponentError(wrong_return(call, found, "a list of keys"))
        found = list(found)
    strange = [key for key in found if not isinstance(key, str) or key not in accesses]
    if strange:
        raise ComponentError(wrong_return(call, strange[0], "keys of accesses"))
    return set(found)
