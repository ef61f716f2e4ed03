"""The film of a release: a canary gets a share of the requests, and a function judges it."""

from functools import cache

from course.engine import workload
from course.engine.component import ComponentError, name_of
from course.engine.watching import watching
from course.logging_and_automation.model import ERROR_RATE, WINDOW
from course.logging_and_automation.releases import (
    VERDICTS,
    Canary,
    draw_canaries,
    everybody,
    watch_canary,
)
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SEED = 1
TRAFFIC = 2.0  # requests/s: so few that each of them is a dot
MOST, MORE = 60, 8  # windows shown: until the verdict, and after it
PLAYS = 30.0  # s that the film takes
USERS, FORK, BOX, OUT = 14, 96, 230, 330  # pixels across
OLD, NEW, STRIP = 58, 148, 236  # pixels down
WAY = 4.0  # s from the users to a version, and from there on
PILE, ROWS, CLOSE = 20, 10, 7  # failed requests in a row, rows, and pixels apart
SERVED_OLD, SERVED_NEW, FAILED = "by the old version", "by the new version", "failed"
WAIT, PROMOTE, ROLL_BACK = VERDICTS
LOOKS = {
    SERVED_OLD: (style.BLUE, "disc"),
    SERVED_NEW: (style.ORANGE, "square"),
    FAILED: (style.VERMILION, "cross"),
    WAIT: (style.GREY, "ring"),
    PROMOTE: (style.GREEN, "triangle"),
    ROLL_BACK: (style.VERMILION, "diamond"),
}


def film(promote_canary, *, bad=0.05, share=0.1, min_requests=100, max_ratio=1.5, seed=SEED):
    """Return the Reel of a release through a canary, next to one for all users at once.

    The parameters are those of `releases.release`, with little traffic. If the function fails,
    the film ends at that window.
    """
    world = {"seed": seed, "arrival_rate": TRAFFIC, "bad": bad}
    (counts,) = draw_canaries(share=share, **world)
    settings = {"min_requests": min_requests, "max_ratio": max_ratio}
    canary, calls, fate = _run(promote_canary, counts, settings)
    shown = min(len(canary.canary), MOST)
    end = (shown + (0 if fate else MORE)) * WINDOW
    start = -2.5 * WAY
    reel = Reel(
        start=start,
        end=end,
        rate=(end - start) / PLAYS,
        states=LOOKS,
        clock=(60, "min"),
        fate=fate,
    )
    at_once = everybody(**world)[: shown + MORE].tolist()
    requests = round(TRAFFIC * WINDOW)

    mine = reel.lane(f"your {name_of(promote_canary)}", _scene(True))
    windows = _steps(counts, shown)
    decided = shown == len(canary.canary) and not fate
    if decided:
        windows += _afterwards(canary.verdict, at_once, requests, seed)
    tiles = _verdicts(mine, canary, calls, promote_canary, settings, shown, end)
    _requests(mine, windows, tiles, end)
    _counters(mine, windows, decided and canary.verdict == PROMOTE, shown)
    other = reel.lane("without a canary: to all at once", _scene(False))
    everyone = [((0, 0), (requests, failed)) for failed in at_once][: end // WINDOW]
    _requests(other, everyone, [], end)
    _counters(other, everyone, True, 0)
    _captions(reel, canary, decided, shown, share)
    if decided:
        reel.mark("your verdict", shown * WINDOW, tiles[shown - 1])
    first = next((number for number in range(shown) if windows[number][1][1]), None)
    if first is not None:
        reel.mark("your canary's first error", (first + 1) * WINDOW, tiles[first])
    return reel


def _run(promote_canary, counts, settings):
    """Return (Canary, calls, fate): the one up to the window at which the function failed."""
    see = {name_of(promote_canary): lambda old, new, **_: (old, new)}
    watched, calls = watching(promote_canary, **see)
    try:
        return watch_canary(watched, counts, **settings), calls, ""
    except ComponentError as error:
        asked = len(calls)
        if not asked:
            raise
        return Canary(WAIT, *(tuple(each[:asked]) for each in counts)), calls, str(error)


def _steps(counts, shown):
    """Return [((requests, errors) of the old version, of the new one)] of each window."""
    steps = []
    for cumulated in counts:
        before = [(0, 0), *cumulated[: shown - 1]]
        steps.append(
            [
                (now[0] - then[0], now[1] - then[1])
                for now, then in zip(cumulated[:shown], before, strict=True)
            ]
        )
    return list(zip(*steps, strict=True))


def _afterwards(verdict, at_once, requests, seed):
    """Return what `_steps` does, of the windows after the verdict."""
    if verdict == PROMOTE:  # what the release counts, too, if the version is bad
        return [((0, 0), (requests, failed)) for failed in at_once[:MORE]]
    failed = workload.stream(seed, "after").binomial(requests, ERROR_RATE, MORE).tolist()
    return [((requests, each), (0, 0)) for each in failed]


@cache
def _scene(judged):
    scene = Scene(480, 250)
    scene.text(USERS - 8, 80, "users")
    for y, words in ((OLD, "old version"), (NEW, "new version")):
        scene.line((USERS + 10, 103), (FORK, 103), (BOX - 30, y))
        scene.box(BOX - 30, y - 20, 60, 40, colour=style.GREY)
        scene.text(BOX, y - 29, words, at="center")
        scene.text(OUT, y - 29, "failed:", size=9)
    if judged:
        scene.text(USERS - 8, STRIP - 16, "verdict after each ten seconds", size=9)
    return scene


def _verdicts(lane, canary, calls, function, settings, shown, end):
    """Let the verdict after each window be an actor; return them."""
    name, tiles = name_of(function), []
    for number in range(shown):
        time, call = (number + 1) * WINDOW, calls[number]
        old, new = canary.baseline[number], canary.canary[number]
        known = isinstance(call.returned, str) and call.returned in VERDICTS
        state = call.returned if known else WAIT
        tile = lane.actor(f"what was decided at {time / 60:.1f} min")
        tile.at(time, USERS + 7.4 * number, STRIP, state, size=2.6 if state == WAIT else 7)
        told = f"returned {call.returned!r}" if call.error is None else "raised an error"
        words = ", ".join(f"{key}={value:g}" for key, value in settings.items())
        tile.tell(
            time,
            f"The old version: {_rate(*old)}; the canary: {_rate(*new)}. {name} {told}.",
            call=call,
            cell=f"{name}({old}, {new}, {words})",
        )
        tiles.append(tile.stay(max(end, time)))
    return tiles


def _rate(requests, errors):
    share = f" ({100 * errors / requests:.1f} %)" if requests else ""
    return f"{errors} of {requests} failed{share}"


def _requests(lane, windows, tiles, end):
    """Let every request go to its version; those that fail pile up next to it."""
    piled = {OLD: 0, NEW: 0}
    for number, versions in enumerate(windows):
        for y, state, (requests, errors) in zip(
            (OLD, NEW), (SERVED_OLD, SERVED_NEW), versions, strict=True
        ):
            for place in range(requests):
                answered = (number + (place + 0.5) / requests) * WINDOW
                fails = (place + 1) * errors // requests > place * errors // requests
                tile = tiles[number] if number < len(tiles) else None
                actor = lane.actor(
                    f"a request to the {state.removeprefix('by the ')}", part_of=tile
                )
                actor.at(answered - 2.5 * WAY, USERS + 10, 103, state, size=3)
                actor.at(answered - 1.5 * WAY, FORK, 103).at(answered - WAY / 2, BOX - 30, y)
                if not fails:
                    actor.at(answered, BOX, y).at(answered + WAY / 2, BOX + 76, y)
                    continue
                row, column = divmod(piled[y], PILE)
                piled[y] += 1
                place_in_pile = OUT + 4 + CLOSE * column, y - 14 + CLOSE * min(row, ROWS)
                actor.at(answered, BOX, y, FAILED, size=2.4).at(answered + WAY, *place_in_pile)
                actor.remain(end)


def _counters(lane, windows, to_all, since):
    """Count who failed by version; `to_all`: whether all get the new one from `since` on."""
    times = [(number + 1) * WINDOW for number in range(len(windows))]
    for place, name in enumerate(("old version:", "new version:")):
        requests = errors = 0
        values = []
        for versions in windows:
            requests, errors = requests + versions[place][0], errors + versions[place][1]
            values.append(_rate(requests, errors))
        if requests:
            lane.count(name, times, values)


def _captions(reel, canary, decided, shown, share):
    reel.caption(
        reel.start,
        f"Each dot is a request. The canary gets {100 * share:g} % of them, and your function "
        "looks at all counts so far after every ten seconds.",
    )
    if not decided:
        if not reel.fate:
            reel.caption(shown * WINDOW, "Still no verdict: the film ends here.")
        return
    after = {
        ROLL_BACK: "Rolled back: all requests go to the old version again.",
        PROMOTE: "Promoted: all users get the new version.",
    }
    hurt = f" {canary.hurt} of the canary's requests had failed by then."
    reel.caption(shown * WINDOW, after[canary.verdict] + hurt)
