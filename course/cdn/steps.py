"""The steps of this notebook's experiments: what each sets and asks, and what its run answers."""

import numpy as np

from course.cdn import rehearsal
from course.cdn.distance_picture import server_of
from course.cdn.map_picture import LONDON, SYDNEY
from course.cdn.model import simulate
from course.cdn.outage import FAILED, ORIGIN, STALE
from course.view.explore import Step

SEED = 1
HOUR, DAY = 3600.0, 86_400.0


def _in_sydney(run):
    return f"{run.by_city()[SYDNEY]:.1f} s"


def _far_away(result, **_):
    return (
        f"Half of the pages take up to {result.percentile(50):.1f} s. In Sydney a page takes "
        f"{_in_sydney(result)}, although the servers need only some milliseconds."
    )


def _next_door(result, **_):
    return (
        f"No user: half still take up to {result.percentile(50):.1f} s, and Sydney waits "
        f"{_in_sydney(result)}. It stands where the origin does. It helps the origin, which now "
        f"gets {result.origin_load:.0%} of the requests."
    )


def _friend(result, without, **_):
    return (
        f"The seventh edge stands in Sydney. A page takes {_in_sydney(result)} there; without a "
        f"CDN it was {_in_sydney(without)}."
    )


def _large(result, **_):
    small = simulate(seed=SEED)
    return (
        f"No: half of the pages take up to {result.percentile(50):.1f} s instead of "
        f"{small.percentile(50):.1f} s. Most of the time is round trips, and their number grows "
        "more slowly than the bytes."
    )


def _an_hour(result, **_):
    short = simulate(seed=SEED)
    return (
        f"The origin gets {result.origin_load:.0%} of the requests instead of "
        f"{short.origin_load:.0%}, and {result.stale_share:.0%} of the bytes are out of date "
        f"instead of {short.stale_share:.0%}. Stop where more work for the origin begins to cost "
        "you more than old photos do."
    )


def _quick_changes(result, **_):
    rare = simulate(seed=SEED)
    return (
        f"{result.stale_share:.0%} of the bytes are out of date instead of {rare.stale_share:.0%}, "
        f"and the origin still gets {result.origin_load:.0%}: the more often photos change, the "
        "shorter a copy should live."
    )


def _twelve(result, **_):
    two = simulate(seed=SEED, edges=2)
    return (
        f"Each edge fetches its own copies. Twelve caches, each with fewer users, miss more often: "
        f"{result.origin_load:.0%} of the requests reach the origin; with 2 edges "
        f"{two.origin_load:.0%}."
    )


FIRST = (
    Step("no CDN", {"edges": 0}, "How long do pages take without any edge?", _far_away),
    Step("1 edge", {"edges": 1}, "An edge opens in Frankfurt. Whom does it help?", _next_door),
    Step("7 edges", {"edges": 7}, "Is your friend in Sydney happy now?", _friend),
    Step(
        "2,000 kB",
        {"page_kb": 2000},
        "Four times the bytes: is it four times the time?",
        _large,
    ),
    Step(
        "max-age 1 h",
        {"max_age": HOUR},
        "What does a long max-age save, what does it cost, and where would you stop?",
        _an_hour,
    ),
    Step(
        "photos change every 5 min",
        {"update_every": 300.0},
        "The same max-age, other photos. What is different?",
        _quick_changes,
    ),
    Step(
        "12 edges",
        {"edges": 12},
        "Pages come faster, and yet the origin gets more to do. Why?",
        _twelve,
    ),
)


def _takes_over(found, **_):
    return f"London is served by {server_of(found, LONDON)} now."


def _wrong_way(found, **_):
    wrong = found.longer_than_needed
    if not wrong:
        return "None, by your distances: each goes to the edge that serves it fastest."
    return f"{len(wrong)}, marked with a cross: {', '.join(wrong)}."


DISTANCE = (
    Step("Frankfurt offline", {"offline": 1}, "Who takes over London?", _takes_over),
    Step("12 edges", {"edges": 12}, "How many cities go the wrong way?", _wrong_way),
)


def _styles_only(purged, waiting, **_):
    return (
        f"{purged.stale_after:.1f} MB of the old version are still sent after the deployment "
        f"(only waiting: {waiting.stale_after:.1f} MB): users get the new styles with an old "
        "script."
    )


def _everything(purged, named, **_):
    return (
        f"{purged.stale_after:.1f} MB of the old version are sent. But the origin has to send "
        f"{purged.origin_after:.1f} MB, even files that have not changed. With fingerprints it "
        f"is {named.origin_after:.1f} MB, and {named.stale_after:.1f} MB of the old version."
    )


DEPLOYMENT = (
    Step("invalidate css/*", {"prefix": "css/"}, "Is that enough?", _styles_only),
    Step(
        "everything, max-age 1 day",
        {"prefix": "", "max_age": DAY},
        "What is still old, and what does the origin pay?",
        _everything,
    ),
)


def _saved(result, without, **_):
    begin, end = result.cdn_down
    out = (result.times >= begin) & (result.times < end)
    calm = ~out & ((result.times < result.origin_down[0]) | (result.times >= result.origin_down[1]))
    calm_seconds = 3600 - (end - begin) - np.diff(result.origin_down)[0]
    usual, now = result.asked[calm].sum() / calm_seconds, result.asked[out].sum() / (end - begin)
    lost = int((without.who[out] == FAILED).sum())
    return (
        f"The origin answers {int((result.who[out] == ORIGIN).sum()):,} requests; without your "
        f"functions {lost:,} fail. Meanwhile it gets {now / usual:.1f} times its usual load: your "
        "servers must be able to carry that."
    )


def _both_out(result, **_):
    return (
        f"Nothing, as long as both are out: {result.count(FAILED):,} requests fail. The second way "
        "needs something that does not fail together with the first."
    )


def _nothing_kept(result, **_):
    return (
        f"With a max-age of 0 nothing is stored, so there is no old copy to serve: "
        f"{result.count(STALE):,} expired copies, {result.count(FAILED):,} errors."
    )


OUTAGES = (
    Step("the CDN is out", {}, "Who answers from minute 15 on, and what does it cost?", _saved),
    Step(
        "the origin, too",
        {"origin_at": 15},
        "Both are out from minute 15. What is left?",
        _both_out,
    ),
    Step(
        "max-age 0",
        {"max_age": 0.0},
        "The origin is out from minute 40. Why do old copies no longer help?",
        _nothing_kept,
    ),
)


def _many(bill, **_):
    cheaper = "Yes" if bill.here < bill.without else "No"
    return (
        f"{cheaper}: the hit ratio is {bill.catalogue.overall:.0%}, and the month costs "
        f"{bill.here:,.0f} dollars; without a CDN {bill.without:,.0f}. Most photos are hardly ever "
        "asked for, and a miss is paid twice."
    )


def _expensive(bill, **_):
    found = "No" if bill.break_even >= 1 else f"Above {bill.break_even:.0%}, by your formula"
    return (
        f"{found}. The month costs {bill.here:,.0f} dollars instead of {bill.without:,.0f}: you "
        "buy speed, not savings."
    )


BILL = (
    Step("100,000 photos", {"photos": 100_000}, "Is the CDN still cheaper?", _many),
    Step(
        "CDN 0.10 dollars/GB",
        {"cdn_per_gb": 0.1},
        "It costs more than the origin. Does any hit ratio pay?",
        _expensive,
    ),
)


def _three_times(run, expected, foreseen, **_):
    formula = f"{foreseen[0]:.0f} by the formula, " if foreseen else ""
    return (
        f"{run.count(rehearsal.MISS)} of {len(run.times)} requests reached the origin; {formula}"
        f"{expected.count(rehearsal.MISS)} in the simulation."
    )


def _unplugged(run, **_):
    return (
        "Whoever asks for a photo that the edge has kept, fresh or not: "
        f"{run.count(rehearsal.STALE)} old copies were served. {run.count(rehearsal.NO_PAGE)} "
        "requests got no page: their edge had no copy."
    )


REAL = (
    Step(
        "max-age 2 s",
        {"max_age": 2},
        "Do formula, simulation and machine agree on what reaches the origin?",
        _three_times,
    ),
    Step(
        "max-age 0",
        {"max_age": 0},
        "Nothing may be kept. How many requests reach the origin now?",
        _three_times,
    ),
    Step(
        "Unplug the origin",
        {"max_age": 2, "dies": True},
        "The origin gets SIGKILL at 3 s and is started again at 6 s. Who still gets a page?",
        _unplugged,
    ),
)
