"""The third film of notebook 06: a crowd comes, and an autoscaler asks for more servers."""

from functools import cache
from typing import Any

import numpy as np

from course.engine.component import ComponentError, name_of
from course.engine.watching import repeating, watching
from course.stateless_tier.baselines import Fixed
from course.stateless_tier.scaling import CAPACITY, HOUR, simulate_scaling
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED, START, CROWD_AT = 1, 12.9, 13.0  # hours after midnight
MINUTES, EVERY = 40.0, 15.0
SECONDS = 60 * MINUTES
RATE = 60.0  # of the run's seconds that play in a second
DOT = 2000  # pages that a dot stands for
WAY = 45.0  # s from the left edge to the servers, and from there on
MINIMUM, MAXIMUM, COOLDOWN = 2, 40, 600.0
ROWS, APART = 5, 26  # servers in a column, and pixels from one to the next
LEFT, TOP, WIDTH, HEIGHT = 150, 44, 480, 200
COMES, SERVED, TURNED_AWAY = "2,000 pages", "served", "turned away"
BUSY, IDLE, STARTING = "busy server", "idle server", "starting: the ring is the time left"
STATES = {
    COMES: (style.INK, "disc"),
    SERVED: (style.BLUE, "disc"),
    TURNED_AWAY: (style.VERMILION, "cross"),
    BUSY: (style.BLUE, "square"),
    IDLE: (style.SKY, "square"),
    STARTING: (style.ORANGE, "square"),
}


def film(autoscaler, *, crowd=3.0, start_up=180.0, target=0.6):
    """Return the Reel of 40 minutes with a crowd, next to the same number of servers throughout.

    autoscaler: a class as of `simulate_scaling`. crowd: × the usual traffic, at minute 6. start_up:
    s until a new server serves. target: how busy servers are meant to be (a share of 1).
    If the autoscaler fails, the film ends there.
    """
    reel = Reel(end=SECONDS, rate=RATE, states=STATES, clock=(60, "min"))
    limits = {"minimum": MINIMUM, "maximum": MAXIMUM}
    world = {"crowd": crowd, "crowd_at": CROWD_AT, "start": START, "hours": MINUTES / 60}
    world |= {"seed": SEED, "every": EVERY}
    rule = {"start_up": start_up, "target": target, "cooldown": COOLDOWN, **limits}
    watched, calls = watching(autoscaler, desired=lambda *asked: asked)
    try:
        result = simulate_scaling(watched, **rule, **world)
    except ComponentError as error:
        if not len(calls):
            raise
        reel.fate, reel.end = str(error), len(calls) * EVERY
        result = simulate_scaling(repeating(calls, desired=_as_then), **rule, **world)
    values = target, MINIMUM, MAXIMUM, COOLDOWN
    new = f"{name_of(autoscaler)}({', '.join(f'{value:g}' for value in values)})"
    lane = reel.lane(f"your {name_of(autoscaler)}", _scene())
    _servers(lane, result, start_up, calls, new)
    _traffic(lane, result, reel.end)
    fixed = int(result.paid[0])
    same = simulate_scaling(Fixed(fixed), **world)
    lane = reel.lane(f"always {fixed} servers", _scene())
    _servers(lane, same)
    _traffic(lane, same, reel.end)
    _captions(reel, result, crowd, start_up)
    return reel


def _as_then(desired, now, utilization, running):
    return desired.returned if desired else running


@cache
def _scene():
    scene = Scene(WIDTH, HEIGHT)
    scene.text(4, 12, "pages come")
    scene.text(LEFT - 20, 12, "servers")
    scene.text(WIDTH - 6, 12, "pages go", at="right")
    scene.box(LEFT - 20, 22, (MAXIMUM // ROWS) * APART + 14, HEIGHT - 56, colour=style.GREY)
    return scene


def _place(number):
    column, row = divmod(number, ROWS)
    return LEFT + APART * column, TOP + APART * row


def _since(result):
    return (result.times - result.times[0]).tolist()


def _servers(lane, result, start_up=0.0, calls=(), new=""):
    """Let each server start, serve, be busy or idle, and stop, as the run says."""
    times = [*_since(result), SECONDS]
    serving, paid = result.serving.astype(int).tolist(), result.paid.astype(int).tolist()
    needed = np.ceil(result.needed - 1e-9).astype(int).tolist()
    for number in range(min(max(paid), MAXIMUM)):
        server: Any = None
        before, since = None, 0.0
        for step, time in enumerate(times):
            state = None
            if time < SECONDS and number < serving[step]:
                state = BUSY if number < needed[step] else IDLE
            elif time < SECONDS and number < paid[step]:
                state = STARTING
            if state == before:
                continue
            if before is None:
                server = lane.actor(f"server {number + 1}").at(time, *_place(number), state)
                _tell(server, calls, new, step, "is asked for")
            else:
                left = max(0.0, 1 - (time - since) / start_up) if before == STARTING else 0.0
                server.stay(time, ring=left)
            if state is not None:
                starts = state == STARTING
                server.stay(time, state, ring=float(starts), size=5 if starts else 8)
            elif time < SECONDS:
                _tell(server, calls, new, step, "is stopped")
            before, since = state, time


def _tell(server, calls, new, step, what):
    """Tell which call of the autoscaler a server owes it to; at the start, none."""
    if not 0 < step <= len(calls):
        return
    call = calls[step - 1]
    now, busy, running = call.saw
    changed = [c for c in calls[: step - 1] if c.returned != c.saw[2]][-1:]
    lines = [f"scaler = {new}", *(f"scaler.desired{_numbers(*c.saw)}" for c in changed)]
    server.tell(
        step * EVERY,
        f"{what}: desired saw {running} servers, {busy:.0%} busy, and returned {call.returned}.",
        call=call,
        cell="\n".join([*lines, f"scaler.desired{_numbers(now, busy, running)}"]),
    )


def _numbers(now, busy, running):
    return f"({now:g}, {busy:.4g}, {running})"


def _traffic(lane, result, end):
    """Let a dot come for every DOT pages, and turn away as many as the run does."""
    ends = [time + EVERY for time in _since(result)]
    came = np.concatenate([[0.0], np.cumsum(result.pages)])
    lost = np.concatenate([[0.0], np.cumsum(result.turned_away)])
    counts = (np.arange(int(came[-1] / DOT)) + 0.5) * DOT
    times = np.interp(counts, came, [0.0, *ends])
    turned_away = 0
    for number, (time, gone) in enumerate(
        zip(times.tolist(), np.interp(times, [0.0, *ends], lost).tolist(), strict=True)
    ):
        y = TOP + (0.618 * number % 1) * (ROWS - 1) * APART
        dot = lane.actor("2,000 pages").at(time - WAY, 8, y, COMES, size=3)
        dot.at(time, LEFT - 26, y)
        if gone < (turned_away + 0.5) * DOT:
            dot.stay(time, SERVED).at(time + 2 * WAY, WIDTH - 8, y)
            continue
        turned_away += 1
        dot.stay(time, TURNED_AWAY, size=4).at(time + WAY, LEFT - 90, HEIGHT - 10)
        step = min(int(time / EVERY), len(result.pages) - 1)
        serving = int(result.serving[step])
        dot.tell(
            time,
            f"are turned away: {result.pages[step] / EVERY:.0f} pages/s come, and {serving} "
            f"servers serve {serving * CAPACITY:.0f}.",
        )
    shown = [step for step, time in enumerate(ends) if time <= end]
    ends = [ends[step] for step in shown]
    lane.count(
        "servers",
        _since(result)[: len(shown) + 1],
        result.paid.astype(int).tolist()[: len(shown) + 1],
    )
    lane.count("pages", ends, [int(came[step + 1]) for step in shown])
    lane.count("turned away", ends, [round(lost[step + 1]) for step in shown])
    paid = np.cumsum(result.paid) * EVERY / HOUR
    lane.count("server hours", ends, [f"{paid[step]:.1f}" for step in shown])


def _captions(reel, result, crowd, start_up):
    """Say what to look at, when it happens; of what did not happen, nothing."""
    reel.caption(
        0,
        "Each square is a server, each dot 2,000 pages. Dark servers are busy; the light ones are "
        "what is left for surprises.",
    )
    if crowd == 1:
        return
    comes, said = (CROWD_AT - START) * HOUR, {}
    said[comes] = (
        f"A crowd comes: {crowd:g} times the traffic within a minute. The small squares are "
        "servers that were asked for and are still starting: paid, and of no use yet."
    )
    steps = [step for step, time in enumerate(_since(result)) if time > comes + 30]
    for step in steps:
        if step * EVERY > comes + start_up and result.serving[step] > result.serving[step - 1]:
            said[step * EVERY] = "The first servers that the crowd called for. Were they in time?"
            break
    for step in steps:
        if result.paid[step] < result.paid[step - 1]:
            said[step * EVERY] = "The crowd fades, and servers go: one cooldown after the other."
            break
    for time in sorted(said):
        if time < reel.end:
            reel.caption(time, said[time])
