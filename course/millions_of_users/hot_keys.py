"""Celebrities: what a key with many accesses does to its shard, and what spreading it changes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return

ACCESSES = 100_000
TOP = 20  # keys that a picture shows


@dataclass(frozen=True)
class Heated:
    """Loads of shards with a celebrity, as they are and with the keys found on all shards.

    accesses: how many in all. shards, factor: as given. before, after: accesses of each shard.
    top: accesses of the busiest keys, most first; found: which of these `hot_keys` returned. hot:
    how many keys it returned in all; wrong: how many it left out or should not have returned.
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
    """Return the Heated of 100,000 accesses to `keys` keys on `shards` shards.

    hot_keys: a function of (accesses, shards, factor), the first a dict of key → accesses, that
    returns the keys to spread: a copy on every shard, each of which then serves an equal part.
    With None, none are. skew: exponent of the keys' popularity (Zipf); celebrity: share of all
    accesses that go to one key on top; factor: a key is hot above `factor` × a shard's fair share.
    ValueError names a bad number; ComponentError says what `hot_keys` did wrong.
    """
    keys = parameters.count("keys", keys, at_least=2, at_most=100_000)
    shards = parameters.count("shards", shards, at_most=1_000)
    factor = parameters.number("factor", factor, above=0)
    share = parameters.number("celebrity", celebrity, at_least=0, at_most=1)
    popularity = workload.zipf_popularity(keys, skew) * (1 - share)
    popularity[0] += share
    counts = workload.stream(seed, "accesses").multinomial(ACCESSES, popularity)
    names = [f"user-{number}" for number in workload.stream(seed, "names").permutation(keys)]
    shard = workload.stream(seed, "shards").integers(0, shards, keys)
    hot = () if hot_keys is None else _hot(hot_keys, names, counts, shards, factor)
    spread = np.array([name in hot for name in names])
    rest = np.where(spread, 0, counts)
    before = np.bincount(shard, weights=counts, minlength=shards)
    after = np.bincount(shard, weights=rest, minlength=shards) + counts[spread].sum() / shards
    order = np.argsort(-counts, kind="stable")[:TOP]
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
