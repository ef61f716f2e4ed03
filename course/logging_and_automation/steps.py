"""The steps of this notebook's experiments: what each sets and asks, and what its run answers."""

import numpy as np

from course.engine.record import milliseconds
from course.logging_and_automation import theory
from course.logging_and_automation.alert_picture import at
from course.logging_and_automation.logs_picture import in_words
from course.logging_and_automation.model import (
    ERROR_RATE,
    count_errors,
    simulate,
    trade_off,
    windows_needed,
)
from course.logging_and_automation.picture import how_long, how_often
from course.logging_and_automation.releases import NOTHING
from course.logging_and_automation.releases_picture import SHARES
from course.logging_and_automation.users import kept_on
from course.view.explore import Step

SEED = 1
QUIET = {"threshold": 0.03, "duration": 20}  # the good alert of the steps


def _expected(threshold, for_seconds, requests=100):
    """Return in words how often an alert rings for nothing."""
    chance = theory.above(threshold, requests, ERROR_RATE)
    return how_often(float(theory.false_alarms(chance, windows_needed(for_seconds))))


def _delay(threshold, for_seconds, burst):
    """Return in words how long an alert takes to notice a burst."""
    _, (delay,) = trade_off(count_errors(SEED, burst=burst), [threshold], for_seconds)
    return how_long(delay)


def _higher(watched, alarms, delays, **_):
    return (
        f"After {how_long(watched.delay)} instead of {how_long(delays[1])}. In return, "
        f"false alarms: {how_often(alarms[0])} instead of {how_often(alarms[1])}."
    )


def _longer(watched, alarms, **_):
    return (
        f"Worse here. It notices after {how_long(watched.delay)}; false alarms: "
        f"{how_often(alarms[0])}. 7% at once is nearly as quiet "
        f"({_expected(0.07, 0)}) and notices after {_delay(0.07, 0, 0.08)}: 8% stands far above "
        "the noise, so there is nothing to wait for."
    )


def _small(watched, **_):
    return (
        f"It needs {how_long(watched.delay)}. But waiting pays when the burst is small: 7% at once "
        f"needs {_delay(0.07, 0, 0.03)}. Chance rarely repeats itself, a bad version does. "
        "Exercise D comes back to this, and to what is better than waiting."
    )


def _night(watched, alarms, **_):
    requests = watched.counts.requests
    return (
        f"A window holds {requests} requests instead of 100, and one failed request is "
        f"{1 / requests:.0%} of them already. False alarms, by chance alone: "
        f"{how_often(alarms[0])}, instead of {_expected(0.03, 20)}."
    )


FIRST = (
    Step(
        "threshold 6 %",
        {"threshold": 0.06},
        "How much later does it notice the bad version? And what do you get for that?",
        _higher,
    ),
    Step(
        "3 % for 20 s",
        QUIET,
        "Now the share must stay above the threshold for 20 s. Better or worse than step 1?",
        _longer,
    ),
    Step(
        "a small error burst: 3 %",
        QUIET | {"burst": 0.03},
        "The bad version fails only 3 % of the requests. What has become of your good alert?",
        _small,
    ),
    Step(
        "traffic as at night: 2",
        QUIET | {"traffic": 2},
        "The same alert rings more often. Why?",
        _night,
    ),
)


def _bunches(watched, built_in, thresholds, theory, **_):
    usual = simulate(
        seed=SEED, threshold=watched.threshold, for_seconds=watched.for_seconds
    ).false_alarms
    expected = how_often(float(theory[0][at(thresholds, watched)]))
    return (
        f"{watched.false_alarms} on this day, instead of {usual}; theory expects {expected}. A bad "
        "minute is often followed by another, so waiting helps less than the formula promises."
    )


def _soonest(watched, thresholds, theory, **_):
    alarms, delay = (float(each[at(thresholds, watched)]) for each in theory)
    return (
        f"This one: {how_often(alarms)}, and {delay:.0f} s by theory. If errors come in bunches it "
        "is the worst of choices, as it trusts the waiting most. 4% for 10 s gives "
        f"{_expected(0.04, 10)}, and is safer."
    )


def _broken(watched, **_):
    return (
        "A single window with 6 errors or fewer in 100 requests. With 8% that happens in 3 windows "
        f"of 10, and then the 120 s begin again. {watched.missed} of {watched.noticed.size} "
        "incidents are never noticed."
    )


def _pair(watched, thresholds, two_windows, **_):
    alarms, delay = (float(each[at(thresholds, watched)]) for each in two_windows)
    return (
        f"Yours takes {how_long(watched.delay)}, two windows take {delay:.0f} s, with "
        f"{alarms:.0f} false alarms on this day."
    )


def _small_pair(watched, thresholds, two_windows, **_):
    alarms, delay = (float(each[at(thresholds, watched)]) for each in two_windows)
    chance = theory.above(0.03, 100, 0.03)
    (alone,) = theory.mean_delay(chance, windows_needed(20))
    return (
        f"3% for 20 s takes {how_long(alone)} by theory, with false alarms: "
        f"{_expected(0.03, 20)}. Two windows at {watched.threshold:.0%} "
        f"take {delay:.0f} s, with {alarms:.0f} false alarms on this day."
    )


ALERT = (
    Step(
        "2 % for 20 s, in bunches",
        {"threshold": 0.02, "duration": 20, "bunched": True},
        "Theory says 4 false alarms a day. How many are there when errors come in bunches?",
        _bunches,
    ),
    Step(
        "burst 4 %: the quickest",
        {"threshold": 0.02, "duration": 30, "burst": 0.04},
        "Did you find a quicker one with less than one false alarm a day, by theory?",
        _soonest,
    ),
    Step(
        "6 % for 120 s",
        {"threshold": 0.06, "duration": 120},
        "Most incidents end before it fires. What breaks the run?",
        _broken,
    ),
    Step(
        "6 % for 120 s, and two windows",
        {"threshold": 0.06, "duration": 120, "pair": True},
        "How much sooner do two windows notice?",
        _pair,
    ),
    Step(
        "burst 3 %, 2 %, two windows",
        {"threshold": 0.02, "duration": 30, "burst": 0.03, "pair": True},
        "And when the burst is small?",
        _small_pair,
    ),
)


def _first(found):
    return in_words(found[0]) if found else "nothing was found"


def _failed(found, **_):
    servers = ", ".join(sorted({entry.server for entry in found}))
    return (
        f"{len(found)} errors on {servers}. The first: {_first(found)}. As all of them fail, it is "
        "hardly the fault of one web server."
    )


def _before(timeline, found, **_):
    errors = timeline.search(level="ERROR")
    later = ""
    if found and errors:
        later = f", {errors[0].time - found[0].time:.0f} s before the first ERROR"
    return f"The database: {_first(found)}{later}."


def _began(found, **_):
    return f"{_first(found)}. A backup made the database slow, and all others waited for it."


def _mild(timeline, found, **_):
    errors = len(timeline.search(level="ERROR"))
    return (
        f"Yes: {len(found)} queries are slow, but {errors} requests fail, as the database still "
        "keeps up with its queries."
    )


LOGS = (
    Step("ERROR", {}, "Which servers failed? Which one first?", _failed),
    Step(
        "“slow”", {"word": "slow", "level": ""}, "Who had trouble before the first ERROR?", _before
    ),
    Step("“backup”", {"word": "backup", "level": ""}, "And what began it?", _began),
    Step(
        "the backup slows less, 3 ×",
        {"word": "slow", "level": "", "slowdown": 3},
        "Would a gentler backup have done less harm?",
        _mild,
    ),
)


def _ratios(latencies):
    return latencies.average / latencies.true, latencies.merged / latencies.true


def _average(latencies, **_):
    return (
        f"{milliseconds(latencies.average)}, {_ratios(latencies)[0]:.1f} times the truth, "
        f"{milliseconds(latencies.true)}: four healthy hosts and a sick one count the same."
    )


def _nothing(latencies, **_):
    return (
        f"{_ratios(latencies)[0]:.2f} times the truth. With 2% of the requests it is a little too "
        "high, with 3% too low: it is a number about nothing."
    )


def _coarse(latencies, **_):
    return (
        f"It says {_ratios(latencies)[1]:.1f} times the truth: never below it, and at most one "
        "bucket above. But the buckets are wide."
    )


def _fine(latencies, **_):
    return (
        f"Now {_ratios(latencies)[1]:.2f} times the truth. You pay with memory and traffic: one "
        "count per bucket, host and metric. That does not depend on the number of requests, and "
        "this is why histograms are affordable."
    )


HISTOGRAMS = (
    Step(
        "one request in 100",
        {},
        "So many meet the slow host. What does the average of the five p99s say?",
        _average,
    ),
    Step("10 % meet the slow host", {"slow_share": 0.1}, "And now?", _nothing),
    Step("5 bounds", {"buckets": 5}, "What does your merged histogram say?", _coarse),
    Step("60 bounds", {"buckets": 60}, "What does precision cost?", _fine),
)


def _hidden(usage, **_):
    before, fell, last = _dip(usage)
    later = np.flatnonzero(usage.active[usage.release :] >= before)
    recovered = f"are back on day {usage.release + later[0]}, " if later.size else ""
    earlier, hit = (kept_on(usage, usage.release - back) for back in (2, 1))
    return (
        f"Users a day fall from {before:,} to {fell:,}, {recovered}and end at "
        f"{last:,}: the campaign hides the harm. Retention does not recover. Of the users of day "
        f"{usage.release - 2} {earlier:.0%} are back after a day, of those of day "
        f"{usage.release - 1} only {hit:.0%}. That is known on day {usage.release}. So it belongs "
        "on the wall, too."
    )


def _alone(usage, **_):
    before, _, last = _dip(usage)
    return f"With {last:,} users on the last day, after {before:,} on the day before the release."


def _dip(usage):
    """Return the users on the day before the release, the fewest after it, and the last day's."""
    before, after = usage.active[usage.release - 1], usage.active[usage.release :]
    return int(before), int(after.min()), int(after[-1])


USERS = (
    Step(
        "release and campaign",
        {},
        "Which of the two pictures tells you on day 22 that the release is bad?",
        _hidden,
    ),
    Step("no campaign", {"campaign": 1.0}, "What would the release have left you with?", _alone),
)


def _mean(canaries, what):
    return sum(getattr(one, what) for one in canaries) / len(canaries)


def _same_hurt(release, bad_ones, **_):
    few, many = bad_ones[0], bad_ones[-1]
    return (
        f"Hardly: {_mean(few, 'hurt'):.0f} requests fail with a canary of 1%, "
        f"{_mean(many, 'hurt'):.0f} with one of 50%, instead of {release.hurt_without:,}. Your "
        "rule always waits for the same 100 requests. The share changes how long that takes: "
        f"{_mean(few, 'seconds'):,.0f} s or {_mean(many, 'seconds'):,.0f} s."
    )


def _good_ones(good_ones, **_):
    refused = sum(one.verdict == "roll back" for one in good_ones)
    return (
        f"{refused} of these {len(good_ones)}, and a quarter on average, because 100 requests are "
        "too few to tell 1% from 1.5%. So ask for more, or allow a larger ratio."
    )


def _sure(release, good_ones, bad_ones, share, **_):
    refused = sum(one.verdict == "roll back" for one in good_ones)
    return (
        f"{refused or 'None'} of {len(good_ones)}. You pay with time: the verdict takes "
        f"{release.canary.seconds:,} s, and until then a bad version fails "
        f"{_mean(bad_ones[SHARES.index(share)], 'hurt'):.0f} requests instead of 5."
    )


PIPELINE = (
    Step(
        "canary share",
        {},
        "A canary of 1 % or of 50 %: does the share change how many requests fail?",
        _same_hurt,
    ),
    Step(
        "nothing is wrong",
        {"fault": NOTHING},
        "How many of 20 good versions are rolled back? Find a better “at least” and “at most”.",
        _good_ones,
    ),
    Step(
        "at least 500, at most 2 ×",
        {"fault": NOTHING, "min_requests": 500, "max_ratio": 2.0},
        "How many good versions are rolled back now? What does it cost?",
        _sure,
    ),
    Step(
        "at least 1,000, at most 2 ×",
        {"fault": NOTHING, "min_requests": 1000, "max_ratio": 2.0},
        "And now?",
        _sure,
    ),
)


def _lost_requests(report, logs, **_):
    fired = "never" if report.fired_at is None else f"in second {report.fired_at}"
    return (
        f"{report.errors.sum():,} of {report.requests.sum():,}: a quarter of what came while web-1 "
        f"was dead. Your alert fired {fired}; seconds are counted from 0."
    )


def _rounded(report, **_):
    if np.isinf(report.merged):
        return "It is above the last bound: the histogram cannot say more."
    return (
        f"{milliseconds(report.merged)} instead of {milliseconds(report.true)}: the upper bound of "
        f"the bucket that holds it, {report.merged / report.true - 1:.0%} too high."
    )


def real(text):
    """Return the steps of the real run. text: of a Report, as Prometheus reads it."""

    def scraped(report, **_):
        lines = [line for line in text(report).splitlines() if not line.startswith("#")]
        ours = [line for line in lines if f'le="{report.merged}",server="web-2"' in line]
        ours += [line for line in lines if "_count" in line or "http_requests_total" in line]
        return (
            f"It holds {len(lines)} numbers, such as: {'; '.join(ours)}. Each host is asked for "
            "its own; the buckets are cumulative, so they can be added up as yours can."
        )

    return (
        Step(
            "kill -9 at 2 s",
            {"dies_at": 2},
            "How many requests fail? When does your alert fire?",
            _lost_requests,
        ),
        Step("6 bounds", {"dies_at": 2, "buckets": 6}, "How far is your p99 off now?", _rounded),
        Step("for Prometheus", {"dies_at": 2}, "What would Prometheus read?", scraped),
    )
