"""The film of notebook 09's alert: failed requests pile up, window by window, until it rings."""

import inspect
from functools import cache

import numpy as np

from course.engine.component import ComponentError, make, name_of
from course.engine.watching import watching
from course.logging_and_automation.baselines import states as states_of
from course.logging_and_automation.model import (
    BEFORE,
    FIRING,
    STATES,
    WINDOW,
    count_errors,
    follow,
    simulate,
    windows_needed,
)
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED = 1
QUIET, BAD = 24, 36  # windows shown before the bad version, and from it on
RATE = 20.0  # of the run's seconds that play in a second
COLLEAGUE = 0.02  # the threshold of the alert to compare with, which fires at once
LEFT, APART, DOWN, HIGH = 30, 7.4, 176, 6  # pixels: first column, columns, base, one error
MOST = 20  # errors of a column that are drawn above each other
USUAL, HURT, KNOWN = "failed, as always", "failed: the bad version", "failed, after the call"
FINE, PENDING, RINGS = "phone is silent", "pending", "phone rings"
LOOKS = {
    USUAL: (style.GREY, "disc"),
    HURT: (style.VERMILION, "square"),
    KNOWN: (style.SKY, "disc"),
    FINE: (style.GREEN, "ring"),
    PENDING: (style.YELLOW, "diamond"),
    RINGS: (style.VERMILION, "triangle"),
}
OF_STATE = (FINE, PENDING, RINGS)


def film(alert=None, *, threshold=0.05, for_seconds=20, burst=0.08, seed=SEED):
    """Return the Reel of an alert next to a colleague's, which fires above 2 % at once.

    alert: a class or instance as of `simulate`, or None for the built-in one alone. The other
    parameters are those of `simulate`. The alerts have seen ten quiet minutes; the film begins with
    the last four of them. If the alert fails, the film ends at that window.
    """
    counts = count_errors(seed, burst=burst)
    yours = {"threshold": threshold, "for_seconds": for_seconds}
    colleague = {"threshold": COLLEAGUE, "for_seconds": 0}
    title = f"your {name_of(alert)}" if alert is not None else "an alert"
    lanes = [(_named(title, yours), alert, yours)]
    if alert is not None:
        lanes.append((_named("your colleague's", colleague), None, colleague))
    runs = [_run(each, counts, settings) for _, each, settings in lanes]
    fates = [(len(states) + 1, fate) for states, _, fate in runs if fate]
    windows, fate = min(fates, default=(BEFORE + BAD, ""))
    first = max(0, min(BEFORE, windows) - QUIET)
    start, end = (_time(number) for number in (first, windows))
    reel = Reel(start=start, end=end, rate=RATE, states=LOOKS, clock=(60, "min"), fate=fate)
    for (title, each, settings), (states, calls, _) in zip(lanes, runs, strict=True):
        lane = reel.lane(title, _scene(settings["threshold"], first))
        states = states[:windows]
        shown = counts.shown[: len(states)]
        tiles = _windows(lane, states, first, shown, counts.requests, calls, each, settings)
        rang = _rang(states)
        _errors(lane, shown, tiles, rang)
        woken = _phone(lane, states, first)
        lane.count("woken for nothing", [time for time in woken if time <= reel.end])
        hurt = [
            _time(number + 1)
            for number in range(BEFORE, min(rang + 1, len(states)))
            for _ in range(shown[number])
        ]
        lane.count("hurt before it rang", [time for time in hurt if time <= reel.end])
        _mark(reel, each, rang, tiles, woken)
    _captions(reel, alert, yours, burst, seed)
    return reel


def _named(name, settings):
    seconds = settings["for_seconds"]
    lasts = f"for {seconds:g} s" if seconds else "at once"
    return f"{name}: {100 * settings['threshold']:g} % {lasts}"


def _run(alert, counts, settings):
    """Return (states, calls, fate): of the windows before the one at which the alert failed."""
    shown = counts.shown[: BEFORE + BAD] / counts.requests
    if alert is None:
        needed = windows_needed(settings["for_seconds"])
        return states_of(shown > settings["threshold"], needed), None, ""
    if inspect.isroutine(alert):  # that makes an alert: what it makes is what is asked
        alert = make(alert, **settings)
    watched, calls = watching(alert, update=lambda now, value: (now, value))
    try:
        return follow(watched, settings, shown), calls, ""
    except ComponentError as error:
        if not len(calls):
            raise
        answers = [STATES.index(call.returned) for call in calls.of("update")[:-1]]
        return np.array(answers, dtype=np.int8), calls, str(error)


def _rang(states):
    """Return the number of the first window from the bad version on at which the alert fires."""
    firing = np.flatnonzero(states[BEFORE:] == FIRING)
    return BEFORE + int(firing[0]) if firing.size else BEFORE + BAD


def _time(number):
    """Return when window `number` begins, in seconds from the bad version on."""
    return (number - BEFORE) * WINDOW


@cache
def _scene(threshold, first):
    scene = Scene(480, 204)
    right = LEFT + APART * (QUIET + BAD) + 2
    scene.line((LEFT - 4, DOWN), (right, DOWN))
    if first + QUIET == BEFORE:
        bad = LEFT + APART * QUIET
        scene.line((bad, 24), (bad, DOWN + 20), dashed=True, colour=style.GREY)
        scene.text(bad + 5, 30, "the bad version comes", size=9)
    limit = DOWN - HIGH * min(100 * threshold, MOST) - 0.5
    scene.line((LEFT - 4, limit), (right, limit), dashed=True, colour=style.VERMILION)
    scene.text(LEFT - 7, limit, f"{100 * threshold:g} %", at="right", size=9)
    return scene


def _windows(lane, states, first, shown, requests, calls, alert, settings):
    """Let what the alert said of each window from `first` on be an actor; return them by number."""
    asked = calls.of("update") if calls else [None] * len(states)
    tiles = {}
    for number in range(first, len(states)):
        time, across = _time(number + 1), LEFT + APART * (number - first + 0.5)
        state = OF_STATE[states[number]]
        actor = lane.actor(f"the window that ended at {time / 60:.1f} min")
        actor.at(time, across, DOWN + 12, state, size=2 if state is FINE else 3.2)
        value = shown[number] / requests
        words = f"{shown[number]} of {requests} requests failed."
        call = asked[number]
        if call is None:
            actor.tell(time, f"{words} The alert is {STATES[states[number]]}.")
        else:
            now = (number + 1) * WINDOW
            words += f" update({now}, {value:g}) returned {STATES[states[number]]!r}."
            actor.tell(
                time, words, call=call, cell=_cell(alert, settings, shown / requests, number)
            )
        tiles[number] = actor
    for actor in tiles.values():
        actor.stay(BAD * WINDOW)
    return tiles


def _cell(alert, settings, values, number):
    """Return code that makes the same update, after those of the run above the threshold."""
    start = number
    while start and number - start < 20 and values[start - 1] > settings["threshold"]:
        start -= 1
    series = ", ".join(
        f"({(each + 1) * WINDOW}, {values[each]:g})" for each in range(start, number + 1)
    )
    made = f"{name_of(alert)}({settings['threshold']:g}, {settings['for_seconds']:g})"
    return f"alert = {made}\nfor now, value in [{series}]:\n    print(alert.update(now, value))"


def _errors(lane, shown, tiles, rang):
    """Let every failed request fall onto the column of its window, spread over the window."""
    for number, tile in tiles.items():
        start, across = _time(number), tile.xs[0]
        state = USUAL if number < BEFORE else HURT if number <= rang else KNOWN
        for place in range(int(shown[number])):
            failed = start + WINDOW * (place + 0.5) / shown[number]
            y = DOWN - HIGH * (min(place, MOST) + 0.5)
            actor = lane.actor("a failed request", part_of=tile)
            actor.at(failed, across, 52, state, size=2.6)
            actor.at(start + WINDOW, across, y).stay(BAD * WINDOW)


def _phone(lane, states, first):
    """Let the phone ring while the alert fires; return when it begins to before the bad version."""
    phone = lane.actor("the phone", "phone")
    phone.at(_time(first), LEFT + 6, 14, OF_STATE[states[first - 1] if first else 0], size=7)
    woken = []
    for number in range(first, len(states)):
        time, across = _time(number + 1), LEFT + APART * (number - first + 0.5)
        state, before = states[number], states[number - 1] if number else None
        if state == FIRING and before != FIRING:
            flag = lane.actor("a call")
            flag.at(time, LEFT + 6, 14, RINGS, size=7).at(time + 6, across, 45, size=5)
            flag.stay(BAD * WINDOW)
            if number < BEFORE:
                woken.append(time)
                flag.tell(time, "woke someone for nothing: no version was bad.")
            else:
                again = " once more" if FIRING in states[BEFORE:number] else ""
                flag.tell(time, f"called someone{again} {time} s after the bad version had come.")
        if state == FIRING:
            phone.stay(time, RINGS, size=11).stay(min(time + WINDOW / 2, BAD * WINDOW), size=7)
        elif state != before:
            phone.stay(time, OF_STATE[state], size=7)
    phone.tell(_time(first), "rings while the alert is firing.")
    phone.stay(BAD * WINDOW)
    return woken


def _mark(reel, alert, rang, tiles, woken):
    owner = "your" if alert is not None else "the other's" if len(reel.lanes) > 1 else "the"
    if woken and woken[0] <= reel.end:
        number = BEFORE + round(woken[0] / WINDOW) - 1
        reel.mark(f"{owner} first call for nothing", woken[0], tiles[number])
    if rang in tiles and _time(rang + 1) <= reel.end:
        reel.mark(f"{owner} call", _time(rang + 1), tiles[rang])


def _captions(reel, alert, settings, burst, seed):
    reel.caption(
        reel.start,
        "All is well: of 100 requests in ten seconds, about one fails. Each dot is a failed "
        "request; a column is ten seconds. The alert looks at each column when it is complete.",
    )
    if reel.end <= 0:
        return
    reel.caption(
        0,
        f"A bad version comes: now {100 * burst:g} % fail. Every square is a user hurt before "
        "anyone knows.",
    )
    if alert is None or reel.fate:
        return
    try:
        day = simulate(alert, seed=seed, burst=burst, **settings)
    except ComponentError as error:
        reel.fate = str(error)
        return
    plural = "" if day.false_alarms == 1 else "s"
    calls = (
        f"calls for nothing {day.false_alarms:,} time{plural}"
        if day.false_alarms
        else ("never calls for nothing")
    )
    missed = f", and {day.missed} of {day.noticed.size} never" if day.missed else ""
    reel.caption(
        reel.end - 9 * WINDOW,
        f"On a whole quiet day yours {calls}; incidents like this one it notices after "
        f"{day.delay:,.0f} s on average{missed}.",
    )
