"""The steps of this notebook's experiments: what each one sets and asks, and what its run says."""

from course.data_centers.deployment import NOWHERE
from course.data_centers.sync import NAMES
from course.engine.record import milliseconds
from course.view.explore import Step


def _failed(result):
    return f"{1 - result.availability:.1%} of the requests fail"


def _asked(result, **_):
    return (
        f"{_failed(result)}. A user is sent to the dead center for {result.mean_after:.0f} s on "
        f"average, and the DNS is asked {result.asked.sum() / result.duration:.1f} times a second."
    )


FIRST = (
    Step(
        "Pull the plug",
        {},
        "Compare the errors with the dashed line, those of a site with one center. What did the "
        "second one buy?",
        lambda result, alone, **_: f"{_failed(result)}, instead of {1 - alone.availability:.0%}.",
    ),
    Step("TTL 5 s", {"ttl": 5.0}, "The errors are nearly gone. What is the price?", _asked),
    Step("TTL 5 min", {"ttl": 300.0}, "And with answers that are kept for long?", _asked),
    Step(
        "TTL 5 min, outage 1 min",
        {"ttl": 300.0, "lasts": 1},
        "Which users have moved away when the center is back, and when do they return?",
        lambda result, **_: (
            "Only those with an answer that ran out within that minute. They return when their new "
            f"answer runs out, up to {result.ttl / 60:g} minutes later."
        ),
    ),
    Step(
        "A center can do 80 %",
        {"capacity": 0.8},
        "While both are up, they cope. And during the outage?",
        lambda result, **_: (
            f"{result.refused.sum():,} requests are refused: Singapore gets everything, and can do "
            "80 % of it. (One center alone, the dashed line, refuses users all the time.)"
        ),
    ),
    Step(
        "Lag 1 min",
        {"lag": 60.0},
        "How many writes did only the dead center have, and what would each be in a photo app?",
        lambda result, **_: (
            f"{result.writes_lost:,}: a photo, a comment, a like. Each of their users was told "
            "that it is saved."
        ),
    ),
)


def _trips(resolved, trips):
    return f"A page's round trips take {milliseconds(trips * resolved.mean)} on average"


DNS = (
    Step(
        "Two centers",
        {},
        "Who gains by Singapore, and who does not?",
        lambda resolved, trips: (
            f"{_trips(resolved, trips)}. Asia and Australia gain. The Americas and Europe stay "
            "with Washington."
        ),
    ),
    Step(
        "Four centers",
        {"centers": 4},
        "Who gains by Frankfurt and São Paulo, and how much? Where would you open the fifth?",
        lambda resolved, trips: (
            f"{_trips(resolved, trips)}. Europe, Africa and South America gain. But "
            f"{resolved.shares[1]:.0%} of these people still have Singapore as the nearest: the "
            "fifth belongs in Asia."
        ),
    ),
    Step(
        "Washington dies",
        {"centers": 4, "dead": 1},
        "Look where its users go.",
        lambda resolved, trips: (
            f"To the nearest center that lives, most of them to São Paulo or Frankfurt. "
            f"{_trips(resolved, trips)}."
        ),
    ),
)


def _moved(moves):
    return (
        f"{moves.moved.mean():.0%} of your users move; about {moves.fewest:.0%} must; with a "
        f"random center each time it would be {moves.redrawn:.0%}."
    )


SPLIT = (
    Step(
        "50 to 90 %",
        {},
        "Four in ten have to move. Does any rule look bad?",
        lambda moves: f"{_moved(moves)} The three are close together.",
    ),
    Step(
        "50 to 55 %",
        {"after": 55},
        "And for a small change?",
        lambda moves: (
            f"{_moved(moves)} Each of these finds a center without her session, with a cold cache, "
            "or without her last write."
        ),
    ),
    Step(
        "Four centers, 50 to 55 %",
        {"after": 55, "centers": 4},
        "Do more of your users move than must?",
        _moved,
    ),
    Step(
        "Four centers, 50 to 10 %",
        {"after": 10, "centers": 4},
        "Now three shares grow at once, and for that the rules promise nothing. How many users "
        "leave a center that grew?",
        lambda moves: (
            f"{moves.against:,} of {len(moves.after):,}. It can be none: look up rendezvous "
            "hashing."
        ),
    ),
)


def _refused(words):
    """Return an answer that begins with how many requests were refused."""
    return lambda result, **_: f"{result.refused.sum():,} requests are refused. {words}"


OUTAGE = (
    Step(
        "Singapore dies",
        {},
        "Each center can do 65 % of all traffic. Who gets Singapore's users, and is it enough?",
        _refused("Nearest-first sends nearly all of them to Frankfurt."),
    ),
    Step(
        "Each can do 90 %",
        {"capacity": 0.9},
        "Is this enough?",
        _refused("So much must the fullest of the others be able to carry."),
    ),
    Step(
        "Two centers, 90 %",
        {"centers": 2, "capacity": 0.9},
        "And with Washington and Singapore only?",
        _refused("The survivor must be able to carry everything."),
    ),
    Step(
        "Two centers, 115 %",
        {"centers": 2, "capacity": 1.15},
        "Everything, and some room for its ups and downs?",
        _refused("On a normal day more than half of what you pay for is idle."),
    ),
    Step(
        "The return",
        {},
        "At minute 7 Singapore is back. Why do its users come back over a minute, and not at once?",
        lambda result, **_: (
            f"Each resolver keeps its answer for up to {result.ttl:g} s, and asks when that has "
            "run out."
        ),
    ),
)


def _lost(result):
    return f"{result.lost.mean():.1%} of the writes are lost"


SYNC = (
    Step(
        "The line is cut",
        {},
        "Wait for the end: do the centers agree, and what has that cost?",
        lambda result, keys, **_: (
            f"In the end yours differ on {result.differing[-1] / keys:.0%} of the keys; where what "
            f"arrives last stays, on {result.last_arrived[-1] / keys:.0%}. The price: "
            f"{_lost(result)}, outranked by one that was made without having seen them. No user "
            "gets an error."
        ),
    ),
    Step(
        "No cut, lag 0.1 s",
        {"partition": 0, "lag": 0.1},
        "How many writes are lost on a good day?",
        lambda result, **_: f"{_lost(result)}: two users must meet within the lag.",
    ),
    Step(
        "No cut, lag 30 s",
        {"partition": 0, "lag": 30.0},
        "Now nearly every write meets another. Why are they not all lost?",
        lambda result, **_: (
            f"{_lost(result)}. Of two that have not seen each other one wins: it cannot be more "
            "than half."
        ),
    ),
    Step(
        "Singapore's clock 5 s ahead",
        {"partition": 0, "lag": 0.1, "clock_ahead": 5.0},
        "The winner is no longer who wrote last. Who loses now?",
        lambda result, **_: ", and ".join(
            f"{name} loses {result.lost[result.writes.centers == center].mean():.0%} of its writes"
            for center, name in enumerate(NAMES)
        ),
    ),
)


def _cost(rollout, at_once):
    return (
        f"It costs as much as the whole site down for {rollout.failed():.1f} minutes; all at once, "
        f"{at_once.failed():.1f}."
    )


def _mixed(rollout):
    return (
        f"{rollout.minutes:g} minutes in all, and for {rollout.mixed:g} of them two versions run "
        "side by side, on the same data."
    )


DEPLOYMENT = (
    Step(
        "A bad version",
        {},
        "Three in ten requests fail where it runs. Compare with all centers at once.",
        _cost,
    ),
    Step(
        "Smallest first",
        {"smallest_first": True},
        "Who goes first now, and would those users agree?",
        lambda rollout, at_once: (
            f"{rollout.names[0]}. {_cost(rollout, at_once)} For its users it makes no difference "
            "that the others are spared."
        ),
    ),
    Step(
        "A good one, watched for 0 min",
        {"fault_at": NOWHERE, "bake_minutes": 0},
        "Quick. In this simulation `healthy` tells the truth at once. Real faults need time to "
        "show: a leak, a job that runs once an hour. What would you miss?",
        lambda rollout, at_once: (
            f"{_mixed(rollout)} You would miss every fault that shows only after a while."
        ),
    ),
    Step(
        "A good one, watched for 20 min",
        {"fault_at": NOWHERE, "bake_minutes": 20},
        "What does the caution cost when the version is a good one?",
        lambda rollout, at_once: _mixed(rollout),
    ),
    Step(
        "Bad in the second center only",
        {"fault_at": 1},
        "What has rolling gained now?",
        lambda rollout, at_once: (
            f"Nothing. {_cost(rollout, at_once)} In both cases only its users see errors, until it "
            "is rolled back."
        ),
    ),
)


def _gone(run, expected, foreseen, **_):
    return (
        f"{run.lost} requests were sent to the dead center, and the DNS was asked {run.asked} "
        f"times. By the formula {foreseen[0]:.0f} and {foreseen[1]:.0f}, in the simulation "
        f"{expected.lost} and {expected.asked}."
    )


REAL = (
    Step(
        "TTL 2 s, Washington dies",
        {"ttl": 2, "dies": True},
        "SIGKILL at 2 s; started again at 6 s. When do the crosses of a city end?",
        _gone,
    ),
    Step(
        "TTL 4 s, Washington dies",
        {"ttl": 4, "dies": True},
        "Answers are kept for as long as the outage lasts. How many requests are lost now?",
        _gone,
    ),
    Step(
        "TTL 0, Washington dies",
        {"ttl": 0, "dies": True},
        "Nothing is kept. What does it cost, and are all errors gone?",
        lambda run, **_: (
            f"The DNS is asked for each of the {len(run.times)} requests: {run.asked} times. "
            f"{run.lost} requests were sent to the dead center even so: your GeoDNS knows only "
            "what the last health check said."
        ),
    ),
)
