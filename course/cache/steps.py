"""The steps of this notebook's experiments: what each sets and asks, and what its run answers."""

from functools import lru_cache

from course.cache.expiry import REMOVE
from course.cache.expiry_picture import at
from course.cache.model import simulate
from course.cache.nodes import simulate_nodes
from course.cache.nodes_picture import while_dead
from course.cache.picture import CAPACITY, ratio_of
from course.cache.real_picture import typical
from course.cache.stampede import simulate_stampede
from course.cache.stampede_picture import TIMES, at_the_first_expiry
from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.view.explore import Step

SEED = 1
DIES_AT = 8  # s


def _twice(runs, **_):
    small, large = simulate(seed=SEED).hit_ratio, runs[0].hit_ratio
    return (
        f"It answers {large:.1%}. The first 500 places alone answer {small:.1%}, the next 500 only "
        f"{100 * (large - small):.1f} points more."
    )


def _few_favorites(runs, **_):
    run = runs[0]
    can = "No" if run.database_load > 1 else "Yes"
    return (
        f"{can}: the hit ratio is {run.hit_ratio:.0%} now, and the database gets "
        f"{run.database_load:.0%} of what it can do."
    )


def _one_second(runs, ceiling, **_):
    return (
        f"No. The cache answers {ratio_of(runs[0])}; the dotted line, {ceiling:.1%}, is the most "
        "that any size can reach in the long run. Move the room: neither of them moves."
    )


def _writes(runs, **_):
    run = runs[0]
    return (
        "Both suffer. Left: every write makes an entry old, and the hit ratio falls to "
        f"{run.hit_ratio:.0%}. Right: the database has to do the writes as well, in all "
        f"{run.database_load:.0%} of what it can do."
    )


FIRST = (
    Step("room for 1,000", {"capacity": 1000}, "Twice the memory: how many more hits?", _twice),
    Step(
        "skew 0.5",
        {"skew": 0.5},
        "A cache lives on favorites, and there are hardly any now. Can the database keep up?",
        _few_favorites,
    ),
    Step(
        "to live: 1 s",
        {"ttl": 1},
        "An entry is used for one second at most. Would more room help?",
        _one_second,
    ),
    Step(
        "writes 30 %",
        {"write_share": 0.3},
        "Which of the two pictures suffers more, and why?",
        _writes,
    ),
)


def _who_is_best(runs, unlike, **_):
    *_, name = runs
    best = max(runs, key=lambda rule: runs[rule].hit_ratio)
    lru = "as LRU does, read for read" if not unlike else f"not as LRU does, at {unlike:,} reads"
    return (
        f"{best}, with {ratio_of(runs[best])}. {name} answers {ratio_of(runs[name])} ({lru}), FIFO "
        f"{ratio_of(runs['FIFO'])}: it throws out favorites just because they are old."
    )


def _who_follows(runs, **_):
    *_, name = runs
    return (
        f"{name} answers {ratio_of(runs[name])}, LFU {ratio_of(runs['LFU'])}. LFU clings to what "
        "was popular: the more uses it has counted, the longer it remembers. LRU forgets, and so "
        "it follows."
    )


EVICTION = (
    Step("the same favorites", {}, "Which rule is best while the favorites stay?", _who_is_best),
    Step(
        "new favorites every 4 s",
        {"new_every": 4},
        "What was popular is not any more. Which rule follows?",
        _who_follows,
    ),
)


def _both_prices(run, **_):
    return (
        f"{1 - run.hit_ratio:.0%} of the reads go to the database, {run.stale_ratio:.0%} get a "
        "stale answer."
    )


def _removed(run, ttl, loads, left, **_):
    before, now = at(ttl, left[0]), at(ttl, loads)
    return (
        f"{run.stale_ratio:.0%} are stale. The price: by formula {now:.1f} % of the reads go to "
        f"the database, {before:.1f} % if the entry stays there (dashed gray)."
    )


EXPIRY = (
    Step("to live: 0.5 s", {"ttl": 0.5}, "What does a short time to live cost?", _both_prices),
    Step("to live: 50 s", {"ttl": 50}, "What does a long one cost?", _both_prices),
    Step(
        "a write removes",
        {"on_write": REMOVE},
        "How many answers are still stale, and what does that cost?",
        _removed,
    ),
)


def _load_while_dead(tier, **_):
    rate, slow = while_dead(tier)
    return (
        f"While it is dead, the database gets {rate:.0f} queries/s and can do {CAPACITY:.0f}. A "
        f"request takes {milliseconds(slow)} on average."
    )


def _how_many(tier, **_):
    asked = {"arrival_rate": 400.0, "dies_at": DIES_AT, "returns_after": 8}
    rates = {nodes: while_dead(_tier(nodes=nodes, **asked))[0] for nodes in range(1, 9)}
    enough = next(nodes for nodes, rate in rates.items() if rate < CAPACITY)
    return (
        f"At least {enough}: with one of {enough - 1} dead the database gets "
        f"{rates[enough - 1]:.0f} queries/s, with one of {enough} {rates[enough]:.0f}. It can do "
        f"{CAPACITY:.0f}, and you want some to spare."
    )


@lru_cache(maxsize=16)
def _tier(**chosen):
    return simulate_nodes(seed=SEED, **chosen)


NODES = (
    Step("1 node", {"nodes": 1}, "The only node dies: what happens?", _load_while_dead),
    Step("4 nodes", {"nodes": 4}, "One of four dies: what happens?", _load_while_dead),
    Step(
        "400 requests/s",
        {"arrival_rate": 400},
        "Two nodes, more traffic. How many nodes are enough for that?",
        _how_many,
    ),
)


def _useless(run, **_):
    return (
        f"A read takes {run.with_cache * 1e6:,.0f} µs, straight from the database "
        f"{run.without_cache * 1e6:,.0f} µs: {run.measured_share:.0%} of the time for "
        f"{run.hit.mean():.0%} hits."
    )


def _worth(run, name, **_):
    return (
        f"{name} answers {run.hit.mean():.0%} of the reads. A hit takes "
        f"{typical(run.latency[run.hit])}, a miss {typical(run.latency[~run.hit])}."
    )


def _saves(run, **_):
    return (
        f"A write takes {typical(run.saves)}, a read that misses "
        f"{typical(run.latency[~run.hit])}. A write waits for the disk; no cache helps it."
    )


def _shared(run, name, own, **_):
    label, mine = own
    return (
        f"{name} answers {run.hit.mean():.1%} of the reads, {label} {mine.hit.mean():.1%}. "
        f"A hit takes {typical(run.latency[run.hit])} instead of "
        f"{typical(mine.latency[mine.hit])}: the way to another process and back, and that is the "
        "price of one cache for all web servers. A read without any cache takes "
        f"{typical(run.plain)}: only a slower database makes Redis worth its price."
    )


def real(ttl_cache, redis=""):
    """Return the steps of the real run, one with the class `ttl_cache`, one with `redis` if any."""
    asked = (
        Step("no room", {"capacity": 0}, "What does a cache cost that never hits?", _useless),
        Step(
            "with TTLCache",
            {"cache": ttl_cache},
            "How long does a hit take, and how long a miss?",
            _worth,
        ),
        Step("writes 10 %", {"write_share": 0.1}, "What does a write cost?", _saves),
    )
    question = "As much room in Redis. How often does it hit, and how long does a hit take?"
    return (*asked, Step("Redis", {"cache": redis}, question, _shared)) if redis else asked


def _who_loads(runs, **_):
    many, one = ((run, len(at_the_first_expiry(run)[0])) for run in (runs[0], runs[-1]))
    _, left = at_the_first_expiry(runs[-1])
    loads = int((runs[-1].load_starts < left.min(initial=NEVER)).sum())
    return (
        f"Where each miss loads, {many[1]} readers miss before the first answer comes, and start "
        f"{many[1]} loads. With your class {one[1]} readers miss and start {loads}."
    )


def _queue(runs, **_):
    peaks = [int(run.at_the_database(TIMES).max()) for run in (runs[0], runs[-1])]
    usual = int(simulate_stampede(seed=SEED, ttl=4.0).at_the_database(TIMES).max())
    return (
        f"Where each miss loads, up to {peaks[0]:,} queries are in the database (with the sliders "
        f"as they open: {usual:,}). With your class: {peaks[1]}."
    )


def _never_again(runs, **_):
    queue = runs[0].at_the_database(TIMES)
    return (
        f"No: after 15 s {int(queue[-1]):,} queries wait, and there are more of them all the time. "
        f"With your class the queue has {int(runs[-1].at_the_database(TIMES).max())} at most."
    )


WORST = "Does the queue at the database get longer than it was?"
STAMPEDE = (
    Step("one expiry", {}, "The page expires at 4 s. How many readers load it?", _who_loads),
    Step("400 reads/s", {"read_rate": 400}, WORST, _queue),
    Step("a load takes 600 ms", {"load_time": 0.6}, WORST, _queue),
    Step("160 other queries/s", {"other_rate": 160}, WORST, _queue),
    Step(
        "to live: 1 s, 160 other",
        {"ttl": 1, "other_rate": 160},
        "Does the database recover before the page expires again?",
        _never_again,
    ),
)
