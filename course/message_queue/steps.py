"""The steps of this notebook's experiments: what each sets and asks, and what its run answers."""

from functools import lru_cache

import numpy as np

from course.engine.record import milliseconds
from course.message_queue.model import simulate
from course.message_queue.picture import BURST_END, PUBLISHING, longest, when_empty
from course.message_queue.real_picture import killed
from course.message_queue.scaling_picture import MINUTE
from course.message_queue.theory import capacity
from course.view.explore import Step

SEED = 23
STEADY = {"publish_rate": 9.0, "burst": 1.0}


@lru_cache(maxsize=16)
def forgetful_run(**world):
    """Return the QueueResult of the forgetful queue in this world."""
    return simulate(seed=SEED, **world)


def _burst(ghost, **_):
    return (
        f"With a queue a user waits {milliseconds(PUBLISHING)}, in the burst as before it (so long "
        "a publish takes in the simulation; soon you will measure it). Without a queue users wait "
        f"until their photo is ready: up to {longest(ghost):.0f} s."
    )


def _away(result, **_):
    before = when_empty(forgetful_run())
    return (
        f"Only the queue: it is {when_empty(result)} (step 1: {before}). A user's own wait is "
        f"{milliseconds(PUBLISHING)} as before."
    )


def _few(result, **_):
    fewest = next(
        workers
        for workers in range(1, 21)
        if not np.isnan(forgetful_run(workers=workers).empty_after(BURST_END))
    )
    never = max(workers for workers in range(1, 21) if capacity(workers) <= 5)
    return (
        f"4 are too few: {when_empty(result)}. {fewest} empty it in time. {never} never would: "
        f"they do {capacity(never):.0f} photos a second, and 5 come."
    )


def _forgotten(result, **_):
    return (
        f"{result.lost.sum():,}. No user got an error, so the photos will never be looked for. "
        f"And the queue is {when_empty(result)}, as a dead worker is away for 2 s."
    )


FIRST = (
    Step(
        "the burst",
        {},
        "What does the burst do to a user with a queue, and to one without?",
        _burst,
    ),
    Step("all workers away for 40 s", {"away_for": 40}, "Who notices?", _away),
    Step(
        "4 workers",
        {"workers": 4},
        "Is the queue empty before 240 s? With how few workers would it never be empty?",
        _few,
    ),
    Step(
        "crashes 4 %",
        {"crashes": 0.04},
        "Of 100 deliveries 4 kill their worker. How many photos are lost for good?",
        _forgotten,
    ),
)


def _nothing_lost(result, ghost, **_):
    return (
        f"{result.lost.sum():,} are lost; the forgetful queue loses {ghost.lost.sum():,}. The "
        f"price: {result.twice.sum():,} photos are done twice. Your queue: {when_empty(result)}; "
        f"the forgetful one: {when_empty(ghost)}, as it leaves work undone."
    )


def _impatient(result, **_):
    return (
        f"{result.twice.sum():,} are done twice. A photo takes half a second on average, but one "
        "in seven takes longer than 1 s. Its worker is alive and busy; the queue assumes that it "
        "is dead, and gives the photo to another one. So the timeout must be longer than the "
        "longest work."
    )


def _patient(result, **_):
    again = (result.deliveries > 1) & (result.applied == 1) & ~np.isnan(result.latency)
    again, once = result.latency[again], result.latency[result.deliveries == 1]
    if not again.size:
        return "None: no photo was delivered again and then done."
    return (
        f"The {len(again)} spikes: photos whose worker crashed before they were done. "
        f"Each took {again.min():.0f} s or more, all others at most {np.nanmax(once):.0f} s, for "
        "there are enough workers. With a timeout of 5 s the spikes are 5 s high."
    )


YOURS = (
    Step(
        "crashes 4 %", {"crashes": 0.04}, "What is lost now? And what is the price?", _nothing_lost
    ),
    Step(
        "no crashes, timeout 1 s",
        {"crashes": 0, "timeout": 1},
        "Photos are done twice without a single crash. Why?",
        _impatient,
    ),
    Step(
        "12 workers, timeout 30 s",
        {"workers": 12, "crashes": 0.04, "timeout": 30},
        "Crashes are at 4 % again. Which photos pay for a long timeout?",
        _patient,
    ),
)


def _kills(run, consumer, **_):
    known = sum(not applied for _, _, applied in run.handled)
    again = f" Deliveries that {consumer} knew (triangles): {known}." if consumer else ""
    price = f"{run.twice} are done twice."
    if run.twice and not consumer:
        price += " A worker died between storing its result and the ack, or its ack was lost."
    return f"Killed: {killed(run)}. {run.lost} photos are lost, {price}{again}"


def _publish(run, **_):
    return (
        f"{milliseconds(run.publish_seconds)} (median). The simulation took it to be "
        f"{milliseconds(PUBLISHING)}. Most of it is the sync, unless the folder is in memory."
    )


NO_KILLS = {"kill_worker": False, "kill_queue": False}
REAL = (
    Step("three kills", {}, "Is any photo lost?", _kills),
    Step(
        "no kills",
        NO_KILLS,
        "How long does a publish take on this computer?",
        _publish,
    ),
    Step(
        "your kills",
        NO_KILLS,
        "Kill workers and the queue while it runs, as often as you like. Can you lose a photo?",
        _kills,
    ),
)
REAL_ONCE = (
    Step("three kills", {}, "Is any photo lost, or done twice?", _kills),
    Step(
        "your kills",
        NO_KILLS,
        "Kill whom you like while it runs. Can you lose a photo now, or get one done twice?",
        _kills,
    ),
)


def _speckles(mine, every_time, **_):
    return (
        f"{every_time.twice.sum():,} photos are done more than once on the left, "
        f"{mine.twice.sum():,} with your consumer."
    )


def _refused(mine, every_time, **_):
    return (
        f"{mine.lost.sum():,} photos are lost with your consumer. If it noted the id first, the "
        "next delivery of a refused photo would be taken for done. Try it: swap your two lines, "
        "run both cells again, look, and swap them back."
    )


DUPLICATES = (
    Step("crashes 20 %", {"crashes": 0.2}, "Does the right side speckle, too?", _speckles),
    Step(
        "timeout 1 s",
        {"crashes": 0, "timeout": 1},
        "No crashes, but an impatient queue: and now?",
        _speckles,
    ),
    Step(
        "the store is down, 20 %",
        {"store_fails": 0.2},
        "The store refuses every fifth call. Which order of your two lines would lose photos?",
        _refused,
    ),
)


def _rule(result, others, drain_seconds, **_):
    mean, peak = others.values()
    kept = "keeps" if result.longest_wait <= drain_seconds else "breaks"
    return (
        f"It {kept} it: the slowest photo waits {result.longest_wait:.0f} s, for "
        f"{result.worker_hours:.0f} worker-hours. As many workers as the mean needs cost "
        f"{mean.worker_hours:.0f} and let a photo wait {mean.longest_wait / MINUTE:.0f} minutes; "
        f"as many as the peak needs cost {peak.worker_hours:.0f}. Fixed workers are slow or "
        "expensive."
    )


def _late(result, **_):
    return (
        f"A photo waits up to {result.longest_wait / MINUTE:.1f} minutes. The rule counts what has "
        "come so far, but its workers come ten minutes later, and until then the crowd grows. With "
        "the starting time, and the uploads of the last minutes to see where they are going, it "
        "could ask for the workers that will be needed then."
    )


def _more(result, **_):
    return (
        f"A photo waits up to {result.longest_wait / MINUTE:.1f} minutes, and you pay for "
        f"{result.worker_hours:.0f} worker-hours: the reserve helps, and costs all evening."
    )


SCALING = (
    Step("as it opens", {}, "Does your rule keep its promise? What do fixed workers cost?", _rule),
    Step(
        "a worker starts in 600 s",
        {"start_up": 600},
        "The promise breaks, though the rule is right. Which number would help the rule?",
        _late,
    ),
    Step(
        "and at least 30 workers",
        {"start_up": 600, "minimum": 30},
        "What does a reserve do, and what does it cost?",
        _more,
    ),
)


def _lame(mine, unlimited, **_):
    share = np.mean(unlimited.throughput(20.0)[1][-5:]) / capacity(6)
    return (
        f"Each is back every 5 seconds to kill another worker, and the six workers do {share:.0%} "
        f"of what they could: {unlimited.backlog[-1]:,} photos wait at the end. With your limit "
        f"{mine.backlog[-1]:,} do."
    )


def _healthy(mine, **_):
    healthy = int((mine.dead & ~mine.poison).sum())
    return f"{healthy:,} of {mine.dead.sum():,} dead letters are healthy photos."


def _first_try(mine, **_):
    return (
        f"{_healthy(mine)} Every tenth delivery crashes its worker for another reason, and there "
        "is no second try."
    )


def _third_try(mine, **_):
    return (
        f"{_healthy(mine)} Only one photo in a thousand crashes three times by chance. A larger "
        "number only keeps the poison in the queue for longer. So 3 to 5."
    )


POISON = (
    Step(
        "8 poison photos",
        {},
        "Eight of 2,000 photos are poison. What do they cost you without a limit?",
        _lame,
    ),
    Step(
        "max receives 1, other crashes 10 %",
        {"max_receives": 1, "crashes": 0.1},
        "How many of the dead letters are healthy photos?",
        _first_try,
    ),
    Step(
        "max receives 3",
        {"max_receives": 3, "crashes": 0.1},
        "Other crashes as before. What is a good number?",
        _third_try,
    ),
)
