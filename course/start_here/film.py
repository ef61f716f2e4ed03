"""The film of notebook 00: twelve customers, and who of them stands at which till."""

from functools import cache

import numpy as np

from course.engine import rows
from course.engine.component import ComponentError, name_of
from course.engine.watching import watching
from course.start_here.model import MINUTE, simulate
from course.start_here.picture import standing, worst_moment
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

CUSTOMERS, TILLS, SEED = 12, 3, 10  # the first twelve of the day with this number
RATE = 30.0  # of the shop's seconds that play in a second
WAY, STEP, END = 16.0, 8.0, 60.0  # s to walk to a till, to move up by one place, after the last
WIDE, TILL, APART, SIZE = 100, 46, 18, 7  # pixels: a till's column; then downwards
WAITS, SERVED = "on the way, or in line", "being served"
STATES = {WAITS: (style.SKY, "disc"), SERVED: (style.BLUE, "disc")}


def film(choose_till=None, by_hand=()):
    """Return the Reel of your rule, your choices by hand, and tills at random, side by side.

    choose_till: as of `simulate`, or None for no lane of its own. by_hand: the tills that you chose
    for the twelve customers; there is a lane for them if they are complete.
    If the rule fails, the film ends when that customer stands at the door.
    """
    shops, calls, fate = {}, [], ""
    if choose_till is not None:
        rule = f"your {name_of(choose_till)}"
        shops[rule], calls, fate = _run(choose_till)
    if len(by_hand) == CUSTOMERS:
        shops["you, by hand"] = chosen(by_hand)
    shops["at random"] = random = simulate(seed=SEED, tills=TILLS, customers=CUSTOMERS)
    came = random.arrived_at.tolist()
    end = came[len(calls) - 1] if fate else END + max(each.duration for each in shops.values())
    reel = Reel(start=came[0] - WAY, end=end, rate=RATE, states=STATES, clock=(MINUTE, "min"))
    reel.fate = fate
    longest = max(standing(each, each.arrived_at).max() for each in shops.values())
    for number, (title, result) in enumerate(shops.items()):
        mine = calls if number == 0 else []
        known = len(calls) - 1 if fate and number == 0 else CUSTOMERS
        lane = _shop(reel, title, result, known, longest)
        for actor, call in zip(lane.actors, mine, strict=False):
            _tell_choice(actor, call, name_of(choose_till))
        unlucky = int(result.wait[:known].argmax()) if known else 0
        if number in (0, len(shops) - 1) and came[unlucky] < end:
            reel.mark(f"the longest wait, {title}", came[unlucky], lane.actors[unlucky])
    _captions(reel, shops)
    return reel


def film_so_far(by_hand):
    """Return the Reel of your choices by hand, until the next customer stands at the door."""
    result = chosen(by_hand)
    came = result.arrived_at.tolist()
    end = came[len(by_hand)] if len(by_hand) < CUSTOMERS else result.duration + END
    reel = Reel(start=came[0] - WAY, end=end, rate=RATE, states=STATES, clock=(MINUTE, "min"))
    _shop(reel, "you, by hand", result, len(by_hand), CUSTOMERS)
    reel.caption(reel.start, "Who is being served stands in the square. The others wait in line.")
    return reel


def chosen(tills):
    """Return the Result of the twelve customers at the `tills`, in their order.

    Those for whom no till is given go to the first; they come last and change nothing for others.
    """
    left = iter(tills)
    return simulate(lambda queues: next(left, 0), seed=SEED, tills=TILLS, customers=CUSTOMERS)


def minutes(seconds):
    """Return a time as text."""
    return f"{seconds / MINUTE:.1f} min"


def _run(choose_till):
    """Return (result, calls, fate): a run, and the sentence about the call that ended it, or ""."""
    watched, calls = watching(choose_till, choose_till=list)
    try:
        return simulate(watched, seed=SEED, tills=TILLS, customers=CUSTOMERS), calls, ""
    except ComponentError as error:
        if not calls:
            raise
        return chosen([call.returned for call in calls[:-1]]), calls, str(error)


@cache
def _scene(longest):
    """Return the still scene, with room for a row of `longest`."""
    door = _door(longest)
    scene = Scene(WIDE * TILLS, door + 22)
    for till in range(TILLS):
        scene.box(_across(till) - 13, TILL - 13, 40, 26, colour=style.GREY)
        scene.text(_across(till), TILL - 24, f"till {till + 1}", at="center")
    middle = _across(TILLS // 2)
    scene.line((middle - 70, door + 14), (middle - 20, door + 14), colour=style.GREY)
    scene.line((middle + 20, door + 14), (middle + 70, door + 14), colour=style.GREY)
    scene.text(middle + 74, door + 13, "door")
    return scene


def _across(till):
    return WIDE * (till + 0.5)


def _door(longest):
    return TILL + longest * APART + 30


def _shop(reel, title, result, known, longest):
    """Return a new lane in which the first `known` customers are served, and the next has come."""
    lane, end, door = reel.lane(title, _scene(longest)), reel.end, _door(longest)
    times = (result.arrived_at, result.started_at, result.finished_at)
    arrivals, starts, ends = (column[:known].tolist() for column in times)
    places = result.place[:known].tolist()
    stands = [[] for _ in range(known)]
    for till in range(TILLS):
        mine = [i for i, place in enumerate(places) if place == till]
        row = rows.places([arrivals[i] for i in mine], [ends[i] for i in mine])
        for i, changes in zip(mine, row, strict=True):
            stands[i] = changes
    for i, came in enumerate(result.arrived_at[: known + 1].tolist()):
        actor = lane.actor(f"customer {i + 1}", str(i + 1))
        actor.at(came - WAY, _across(TILLS // 2), door + 30, WAITS, size=SIZE)
        actor.at(came, _across(TILLS // 2), door)
        if i == known:
            actor.stay(max(end, came) + 1)  # at the door, for a choice
            continue
        x, takes = _across(places[i]), WAY
        for time, place in stands[i]:
            actor.go(time, time + takes, x, TILL + place * APART + (8 if place else 0))
            takes = STEP
        actor.turn(starts[i], SERVED)
        actor.go(ends[i], ends[i] + WAY / 2, x + 40, TILL).at(ends[i] + WAY, x + 40, -20)
        ahead = [str(j + 1) for j in range(i) if places[j] == places[i] and ends[j] > came]
        told = [(came, f"stands at till {places[i] + 1}{_behind(ahead)}.")]
        if ahead:
            told.append((starts[i], f"is next, after a wait of {minutes(starts[i] - came)}."))
        told.append((ends[i], f"has been served; that took {minutes(ends[i] - starts[i])}."))
        for time, words in told:
            if time <= end:
                actor.tell(time, words)
    watch = np.append(np.arange(max(reel.start, 0), end, RATE / 4), end)
    waits = [
        np.clip(np.minimum(watch, s) - a, 0, None) for a, s in zip(arrivals, starts, strict=True)
    ]
    together = np.sum([np.zeros(watch.size), *waits], axis=0)
    lane.count("waited together", watch.tolist(), [minutes(seconds) for seconds in together])
    lane.count("served", [time for time in ends if time <= end])
    return lane


def _behind(ahead):
    if not ahead:
        return ", where no one is"
    return f", behind customer{'s' if ahead[1:] else ''} {' and '.join(ahead)}"


def _tell_choice(actor, call, name):
    """Put what the rule saw and answered before the rest of a customer's story."""
    answer = f"raised {type(call.error).__name__}" if call.error else f"returned {call.returned!r}"
    words = f"is at the door. {name}({call.saw}) {answer}."
    actor.tell(actor.times[1], words, call=call, cell=f"{name}({call.saw})")
    actor.story.insert(0, actor.story.pop())


def _captions(reel, shops):
    reel.caption(
        reel.start,
        "The same twelve customers in each shop. The time below a shop is what all of them "
        "together have stood in line.",
    )
    random = shops["at random"]
    moment = worst_moment(random)
    queues = standing(random, [moment])[:, 0].tolist()
    if moment < reel.end and min(queues) == 0:
        longest, free = queues.index(max(queues)), queues.index(0)
        reel.caption(
            moment,
            f"Look at the shop at random: {max(queues)} people are at till {longest + 1}, and till "
            f"{free + 1} is free.",
        )
    if not reel.fate:
        sums = [f"{minutes(result.wait.sum())} ({title})" for title, result in shops.items()]
        reel.caption(reel.end - END, f"Together they have waited {', '.join(sums)}.")
