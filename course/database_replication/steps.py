"""The steps of the notebook's experiments: what they set, what they ask, and what they answer."""

from course.database_replication.baselines import FirstWord, FurthestReplica, KnownWrites
from course.database_replication.guess_picture import went
from course.database_replication.sessions_picture import slowest_reads
from course.engine.record import milliseconds
from course.view.explore import Step


def _one_replica(*, result, most, **_):
    return (
        f"Almost nothing: {result.throughput:.0f} statements/s, and {most[0]:.0f} without it. The "
        "replica takes all the reads, but it must also write everything that the primary writes."
    )


def _ten_replicas(*, result, bound, prediction, **_):
    if prediction is None:
        return "First put your prediction in place of None, and run that cell and this one again."
    return (
        f"At {result.throughput:.0f} statements/s; you predicted {prediction:,.0f}. The writes "
        f"alone keep the primary busy: {bound:.0f}/s is the write bound. It is reached with eight "
        "replicas, and further ones only wait."
    )


def _many_reads(*, result, most, **_):
    return (
        f"All of them. The run reaches {result.throughput:.0f} statements/s. In theory nine "
        f"replicas carry {most[9]:.0f}/s, and ten carry {most[10]:.0f}/s."
    )


def _few_reads(*, result, most, **_):
    return (
        f"Two. They carry {most[2]:.0f} statements/s in theory, and so do ten "
        f"(this run: {result.throughput:.0f}). Half of the statements write, and each write needs "
        "the primary."
    )


CAPACITY = (
    Step(
        "One replica",
        {"replicas": 1, "arrival_rate": 1050},
        "You ask for 1,050 statements/s. What does the first replica bring?",
        _one_replica,
    ),
    Step(
        "Ten replicas",
        {"replicas": 10, "arrival_rate": 1050},
        "Where does the bar stop?",
        _ten_replicas,
    ),
    Step(
        "95 % reads",
        {"replicas": 10, "arrival_rate": 1050, "read_share": 0.95},
        "How many of the ten replicas are worth buying?",
        _many_reads,
    ),
    Step(
        "50 % reads",
        {"replicas": 10, "arrival_rate": 1050, "read_share": 0.5},
        "And how many now?",
        _few_reads,
    ),
)


def _stale(*, result, **_):
    return (
        f"{result.stale_share:.0%} of the reads are stale, and {result.own_stale_share:.0%} of "
        "all reads miss the reader's own edit."
    )


def _replica_dies(*, result, most, **_):
    return (
        f"{result.errors} of {len(result):,} statements failed. The reads go to the other two "
        f"replicas. But these carry only {most[2]:.0f} statements/s, so queues grow, and "
        f"{result.throughput:.0f}/s are answered."
    )


def _primary_dies(*, result, **_):
    reads = (~result.write[result.failed]).sum()
    return (
        f"{result.errors} statements failed: {result.errors - reads} writes and {reads} reads. "
        "From then on nothing can be written. The reads go on."
    )


def _first_word(*, result, other, **_):
    return (
        f"On the left. Only {result.throughput:.0f} statements/s are answered (at random: "
        f"{other.throughput:.0f}), because {result.primary_share:.0%} of the reads go to the "
        "primary: they begin with a comment or with small letters. And "
        f"{result.errors} statements failed: locks begin with SELECT, too, and a replica refuses "
        "them."
    )


_LAG = {"lag": 0.5}

COST = (
    Step("Lag 500 ms", _LAG, "How many reads are stale? How many miss one's own edit?", _stale),
    Step("replica-1 dies", {"dies": "replica-1"}, "What fails? What goes on?", _replica_dies),
    Step("The primary dies", {"dies": "primary"}, "What fails now? What goes on?", _primary_dies),
    Step(
        "By the first word",
        {"router": FirstWord},
        "What begins with SELECT goes to a replica, all else to the primary. On which side does "
        "that go wrong, and why?",
        _first_word,
    ),
)


def _turns(*, result, other, **_):
    return (
        f"{result.throughput:.0f} statements/s are answered, at random {other.throughput:.0f}. "
        "The unluckiest replica decides when everything is answered; with turns none is unlucky."
    )


def _still_wrong(*, result, **_):
    return (
        f"{result.own_stale_share:.0%} of the reads miss the reader's own edit. Your router does "
        "not know who wrote what. That is exercise C."
    )


def _nobody_writes(**outcome):
    return f"{_primary_dies(**outcome)} Somebody must be promoted; that is exercise D."


ROUTER = (
    Step(
        "600/s, six replicas",
        {"arrival_rate": 600, "replicas": 6},
        "Do turns beat chance (gray)?",
        _turns,
    ),
    Step("The primary dies", {"dies": "primary"}, "What fails? What goes on?", _nobody_writes),
    Step("Lag 500 ms", _LAG, "Nothing fails. What is still wrong?", _still_wrong),
)


def _guesses(*, result, other, **_):
    wasted = went(other)[1]
    return (
        f"{wasted:.0%} of all statements are reads that burden the primary, and {other.errors} "
        f"writes fail at a replica. So {other.throughput:.0f} statements/s are answered; with "
        f"your function {result.throughput:.0f}, and {result.errors} fail."
    )


def _known(*, result, other, **_):
    wasted, writes = went(other)[1], int(other.write.sum())
    return (
        f"It wastes {wasted:.0%} of the statements, but {other.errors} of the {writes} writes "
        f"fail: locks, calls, and every write that the list forgot. With your function "
        f"{result.errors} fail."
    )


GUESS = (
    Step(
        "A read begins with SELECT",
        {"other": FirstWord},
        "Which two mistakes does this rule (gray) make?",
        _guesses,
    ),
    Step(
        "A write begins with INSERT, …",
        {"other": KnownWrites},
        "Now all is a read that does not begin with a well-known write. What does that cost?",
        _known,
    ),
)


def _catches_up(*, shipped, other, **_):
    behind = shipped.behind[1][shipped.times > 3.4][0]
    return (
        f"At the end of the cut it is {behind} entries behind, at the end of the run "
        f"{shipped.behind[1][-1]}. {_right(shipped):.0%} of the reads get a state that the "
        f"primary once had; as it comes (gray), {_right(other):.0%}."
    )


def _no_lag(*, other, **_):
    return (
        f"{_right(other):.0%} of its reads are right. A network that delivers each entry once and "
        "in order needs no waiting room. Yours is there for all other days."
    )


def _right(shipped):
    return shipped.answers["in order"] / shipped.reads


LOG = (
    Step(
        "All twice, a cut of 2 s",
        {"repeated": 1.0, "cut_off": 2.0},
        "Does replica-2 catch up? What do the reads get meanwhile?",
        _catches_up,
    ),
    Step(
        "No lag, nothing twice",
        {"lag": 0.0, "repeated": 0.0, "cut_off": 0.0},
        "Is applying as it comes (gray) good enough now?",
        _no_lag,
    ),
)


def _missed(*, result, other, **_):
    return (
        f"At random {int(other.own_stale.sum())} reads miss the user's own edit, with your class "
        f"{int(result.own_stale.sum())}."
    )


def _price(*, result, **_):
    return (
        f"The primary answers {result.primary_share:.0%} of the reads, which you wanted to spare."
    )


def _dearer(*, result, **_):
    return (
        f"{result.primary_share:.0%}. The more is written, the less often a replica has all of a "
        "user's writes."
    )


def _furthest(*, result, other, **_):
    return (
        f"99 % of its reads take up to {milliseconds(slowest_reads(other))}, of yours "
        f"{milliseconds(slowest_reads(result))}. At every moment all readers ask the same replica, "
        "and the others have almost nothing to do."
    )


SESSIONS = (
    Step("Reload at once", {}, "How many reads miss the user's own edit?", _missed),
    Step("Lag 500 ms", _LAG, "Who answers the readers that no replica may answer?", _price),
    Step(
        "50 % reads as well",
        _LAG | {"read_share": 0.5},
        "What share of the reads does the primary get now?",
        _dearer,
    ),
    Step(
        "Against the furthest",
        {"other": FurthestReplica},
        "Would it be better always to ask the replica that is furthest (gray)?",
        _furthest,
    ),
)


def _lost(*, mine, **_):
    return (
        f"{len(mine.lost)} in this death; {mine.costs.mean():.1f} on average over "
        f"{mine.costs.size} deaths."
    )


def _luckiest(*, mine, **_):
    return (
        f"{mine.costs.mean():.1f} writes are lost on average. None of the replicas is faster, but "
        "the more there are, the further the luckiest one is, and that one is promoted."
    )


def _second_best(*, mine, **_):
    return (
        f"The second best, replica-{mine.promoted + 1}. {mine.costs.mean():.1f} writes are lost on "
        "average, as it is a little less far."
    )


def _synchronous(*, mine, **_):
    return (
        f"Each write waits for the slowest replica, {milliseconds(mine.waited)} on average. The "
        "replicas may then have writes that are not confirmed yet: no user was told that those "
        "are safe."
    )


def _hasty(**_):
    return (
        "A primary that is only slow for a moment is declared dead, too. It does not know that, "
        "and then there are two of them."
    )


FAILOVER = (
    Step("One replica", {"replicas": 1}, "How many confirmed writes are lost?", _lost),
    Step("Five replicas", {"replicas": 5}, "Why are fewer writes lost now?", _luckiest),
    Step(
        "The freshest dies, too",
        {"replicas": 5, "freshest_away": True},
        "Then who takes over, and what does it cost?",
        _second_best,
    ),
    Step("Synchronous", {"synchronous": True}, "Nothing is lost. What do you pay?", _synchronous),
    Step(
        "Noticed after 0 s",
        {"detection": 0.0},
        "No write is refused. What do you risk?",
        _hasty,
    ),
)


def _alike(*, measured, simulated, stale, **_):
    return (
        f"The formula says {stale:.1%}, the simulation {simulated.stale_share:.1%}, and "
        f"{measured.stale_share:.1%} were measured."
    )


def _at_once(*, measured, **_):
    return (
        f"Not by the formula, and not in the simulation. {measured.stale_share:.1%} were measured: "
        "real threads need a moment even when the network needs none."
    )


REAL = (
    Step("Lag 300 ms", {"lag": 0.3}, "How many reads are stale on real files?", _alike),
    Step("Lag 0 ms", {"lag": 0.0}, "Can a read still be stale?", _at_once),
)
