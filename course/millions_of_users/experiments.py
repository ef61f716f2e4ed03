"""The steps of this notebook's experiments: what each sets and asks, and what its run answers."""

from dataclasses import replace
from functools import lru_cache

from course.millions_of_users.baselines import LAST_YEAR
from course.millions_of_users.model import simulate
from course.millions_of_users.picture import clock, p95_in_words, refusing
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
        "16 queue workers",
        {"queue_workers": 16},
        "A queue refuses nothing, it makes photos wait; after ten minutes a photo counts as "
        "refused. Are twice as many workers enough?",
        _queue,
    ),
    Step("one more replica", {**MORE, "replicas": 3}, COSTS, _reads),
    Step("one more shard", {**MORE, "shards": 3}, COSTS, _reads),
    Step("twice the cache", {**MORE, "cache_gb": 104}, COSTS, _reads),
    Step(
        "one data center",
        {**MORE, "data_centers": 1},
        "What is lost at 20:00, when a data center dies?",
        _centers,
    ),
    Step("two data centers", {**MORE, "data_centers": 2}, "Why are two not enough?", _centers),
    Step("four data centers", {**MORE, "data_centers": 4}, "What does a fourth buy?", _fourth),
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
