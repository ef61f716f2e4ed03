"""The world of notebook 00: a shop with a few tills; each customer chooses one and waits there.

simulate(choose_till, tills=3) → Result

There is no SimPy clock: customers come in order, and each till needs only the times at which those
who stand there will leave.
"""

import random
from collections import deque

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.engine.record import Result

HOUR, MINUTE = 3600.0, 60.0


def simulate(
    component=None, *, seed=0, tills=3, customers_per_hour=100, minutes_each=1.5, customers=2000
):
    """Return the Result of some customers, each of whom `component(queues)` sends to a till.

    component: a function of a list, how many stand at each till (the one being served included);
    it returns the index of a till. Without one every till is equally likely.
    Arrivals are Poisson, service takes an exponential time of mean `minutes_each` (minutes); times
    in the Result are seconds, and the customers are the same for every component.
    ValueError names a bad number; ComponentError says what the component did wrong.
    """
    tills = parameters.count("tills", tills, at_most=50)
    customers = parameters.count("customers", customers)
    rate = parameters.number("customers_per_hour", customers_per_hour, above=0) / HOUR
    mean = parameters.number("minutes_each", minutes_each, above=0, unit="minutes") * MINUTE
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), rate, customers)
    works = workload.exponential_work(workload.stream(seed, "work"), mean, times.size)
    choose = _at_random(seed) if component is None else component
    name = name_of(choose)
    if not callable(choose):
        raise ComponentError(f"{name} is not a function: give the name alone.")
    ends = [deque() for _ in range(tills)]  # when each customer there will leave
    queues, started, place = [], [], []
    with sentences(lambda: f"{name}({queues})"):
        for time, work in zip(times.tolist(), works.tolist(), strict=True):
            for queue in ends:
                while queue and queue[0] <= time:
                    queue.popleft()
            queues = [len(queue) for queue in ends]
            till = choose(list(queues))
            if isinstance(till, bool) or not isinstance(till, int) or not 0 <= till < tills:
                expected = f"the index of a till, 0 to {tills - 1}"
                raise ComponentError(wrong_return(f"{name}({queues})", till, expected))
            start = ends[till][-1] if ends[till] else time
            ends[till].append(start + work)
            started.append(start)
            place.append(till)
    finished = np.array(started) + works
    return Result(
        arrived_at=times,
        started_at=np.array(started),
        finished_at=finished,
        failed=np.zeros(times.size, dtype=bool),
        place=np.array(place),
        names=tuple(f"till {number + 1}" for number in range(tills)),
        workers=tills,
        duration=float(finished.max()),
    )


def _at_random(seed):
    rng = random.Random(f"tills {seed}")
    return lambda queues: rng.randrange(len(queues))
