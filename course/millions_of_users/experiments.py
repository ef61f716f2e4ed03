"""The steps of this notebook's experiments: what each sets and asks, and what its run answers."""

from dataclasses import replace
from functools import lru_cache

from course.millions_of_users.baselines import LAST_YEAR
from course.millions_of_users.model import simulate
from course.millions_of_users.picture import clock, p95_in_words, refusing
from course.millions_of_users.theory import fewest_moved, moved_by_modulo
from course.view.explore import Step

WORKERS = 20  # with so many the queue loses nothing, so that only the other tiers do


def _at_the_crowd(result, **_):
    crowd = result.incidents.crowd
    new = " and ".join(tier for tier, since, _ in refusing(result) if 0 <= since - crowd < 600)
    worst, since, lost = refusing(result)[0]
    return (
        f"The crowd comes, and {new} refuse for the first time. But the {worst} loses most: "
        f"{lost:.2%} of the day's requests, since {clock(since)}."
    )


def _queue(result, **_):
    lost = _lost(result, "queue")
    return f"Nearly: {lost:.2%} of the day's requests are still lost there. 20 workers lose none."


def _reads(result, **_):
    before = _last_year(seed=1)
    return (
        f"It costs {result.cost - before.cost:,.0f} dollars a month more, and the loss of reads "
        f"goes from {_lost(before, 'database reads'):.2%} to {_lost(result, 'database reads'):.2%}."
    )


def _centers(result, **_):
    lost, p95 = _lost(result, "data centers"), p95_in_words(result)
    p95 = "more than 5 % are never answered" if p95 == "never" else f"95 % within {p95}"
    met = "met" if result.goals["p95 latency"] else "missed"
    return (
        f"At {clock(result.incidents.data_center)} {lost:.2%} of the day's requests get no answer, "
        f"and {result.lost_writes / 1e6:.1%} of the day's writes are lost for good. The goal for "
        f"p95 is {met}: {p95}."
    )


def _fourth(result, **_):
    three = _last_year(seed=1)
    return (
        f"95 % within {p95_in_words(result)} instead of {p95_in_words(three)}, for "
        f"{result.cost - three.cost:,.0f} dollars a month more."
    )


@lru_cache(maxsize=1)
def _last_year(seed):
    return simulate(replace(LAST_YEAR, queue_workers=WORKERS), seed=seed)


def _lost(result, tier):
    return float(result.refused[tier].sum() / result.offered.sum())


MORE = {"queue_workers": WORKERS}
COSTS = "What does it cost, and how much of the loss of reads is left?"
DAY = (
    Step(
        "last year's design",
        {},
        "What happens at 17:00, and which tier loses most over the whole day?",
        _at_the_crowd,
    ),
    Step(
        "twice the workers",
        {"queue_workers": 16},
        "A queue refuses nothing, it makes photos wait; after ten minutes a photo counts as "
        "refused. Are twice as many workers enough?",
        _queue,
    ),
    Step("one more replica", {**MORE, "replicas": 3}, COSTS, _reads),
    Step("one more shard", {**MORE, "shards": 3}, COSTS, _reads),
    Step("twice the cache", {**MORE, "cache_gb": 104}, COSTS, _reads),
    Step(
        "one center",
        {**MORE, "data_centers": 1},
        "What is lost at 20:00, when a data center dies?",
        _centers,
    ),
    Step("two centers", {**MORE, "data_centers": 2}, "Why are two not enough?", _centers),
    Step("four centers", {**MORE, "data_centers": 4}, "What does a fourth buy?", _fourth),
)


def _grown(result, beaten, **_):
    built, goals = result.architecture, sum(result.goals.values())
    return (
        f"{goals} of 4 goals, for {result.cost / result.traffic.budget:.0%} of the budget. Per "
        f"center: {built.web_servers} web servers{' or more' if built.autoscale else ''}, "
        f"{built.queue_workers} queue workers, {built.shards} × {1 + built.replicas} database "
        f"nodes. The design tuned to the published day answers {beaten.availability:.2%}."
    )


TRAFFIC = (
    Step("twice the peak", {"peak": 16_000}, "Does your design grow as it should?", _grown),
    Step(
        "a slow crowd",
        {"crowd_rise": 1800.0},
        "The crowd takes half an hour to come. Which machines can now start when it does?",
        _grown,
    ),
    Step(
        "users move to Asia",
        {"europe": 0.12},
        "Most of Europe's users are in Asia now. What must your design change?",
        _grown,
    ),
    Step(
        "other incidents",
        {"incidents": 5},
        "Machines die when they have most to do. Does your design survive it?",
        _grown,
    ),
)


def _uneven(placed, **_):
    return (
        f"The fullest of {placed.before.size} nodes has {placed.imbalance:.2f} × the mean, and one "
        f"more node takes {placed.moved:.1%} of the keys."
    )


def _one_point(placed, **_):
    return (
        f"{_uneven(placed)} With one point each it is a matter of luck who gets a long arc: over "
        f"many rings the fullest of ten has 2.93 × the mean on average. And the new node helps "
        f"only one neighbor."
    )


RING = (
    Step(
        "many points",
        {},
        "From whom does the new node take its keys? And how many more would modulo move?",
        lambda placed, **_: (
            f"From all of them, a little each: {placed.moved:.1%} of the keys. Modulo would move "
            f"{placed.modulo_moved:.0%}, most of them between nodes that were there before."
        ),
    ),
    Step("one point", {"points": 1}, "How full is the fullest node now?", _one_point),
    Step("eight points", {"points": 8}, "How much of this do eight points repair?", _uneven),
)


def _rebalanced(resharded, **_):
    before, after = resharded.before.size, resharded.after.size
    return (
        f"{resharded.moved / resharded.keys:.0%} of the keys; equally full shards need "
        f"{fewest_moved(before, after):.0%}, and modulo moves {moved_by_modulo(before, after):.0%}."
    )


def _as_modulo(resharded, **_):
    return (
        f"{_rebalanced(resharded)} Where one number of shards divides the other, modulo moves no "
        "more than it must."
    )


STORE = (
    Step("from 4 to 5 shards", {}, "How many keys move, and how many by modulo?", _rebalanced),
    Step("from 4 to 8", {"then": 8}, "Why is modulo as good here?", _as_modulo),
    Step("from 8 to 4", {"shards": 8, "then": 4}, "And on the way back?", _as_modulo),
    Step(
        "one point per shard",
        {"points": 1},
        "How full are the shards, and how many keys move?",
        lambda resharded, **_: (
            f"{resharded.moved:,} of {resharded.keys:,} keys move: a matter of luck, as the new "
            f"shard has just one arc. The fullest shard holds "
            f"{resharded.after.max() * resharded.after.size / resharded.keys:.1f} × the mean."
        ),
    ),
)


def _hot(heated, **_):
    fair = heated.accesses / heated.shards
    return (
        f"Her shard has {heated.before.max() / fair:.1f} × its fair share. With {heated.hot} "
        f"key{'' if heated.hot == 1 else 's'} copied to all {heated.shards} shards, the busiest "
        f"has {heated.after.max() / fair:.1f} ×."
    )


HALF = {"celebrity": 0.5}
HOT_KEYS = (
    Step("half of all accesses", HALF, "The celebrity gets half. How hot is her shard?", _hot),
    Step(
        "twice the shards",
        {**HALF, "shards": 16},
        "Do twice as many shards help hers?",
        lambda heated, **outcome: (
            f"No: the fair share is half as large now, and she is not. {_hot(heated, **outcome)}"
        ),
    ),
    Step(
        "a smaller factor",
        {**HALF, "shards": 16, "factor": 0.05},
        "Many more keys count as hot now. What does that buy, and what does it cost?",
        lambda heated, **outcome: (
            f"{_hot(heated, **outcome)} That is next to nothing more, and each of these keys pays "
            f"for it at every write: {heated.shards} writes instead of one."
        ),
    ),
)
