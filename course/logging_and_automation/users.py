"""Six weeks of an app's users, who come back or do not: what its business metrics are made of.

A user who signed up `age` days ago is active with probability `came_back(age)`, independently of
all other days.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, short, wrong_return
from course.logging_and_automation.theory import expected_retention

DAYS = 42
EVERY = 3  # days from one retention that is asked for to the next


@dataclass(frozen=True)
class Usage:
    """What the student's functions measured of the users, and what was to be expected."""

    active: np.ndarray  # users a day by the student's function, 0 on days it does not name
    expected_active: np.ndarray
    asked: tuple  # the days whose retention was asked for
    kept: np.ndarray  # their retention `after` days later, by the student's function
    expected_kept: np.ndarray
    noise: np.ndarray  # standard error of the retention
    after: int
    release: int
    new_users: np.ndarray  # that sign up on each day
    events: int


def came_back(age, first):
    """Return the probability that a user is active `age` days after signing up (1 on day 0).

    `first` after one day, then falling with the square root of the age.
    """
    age = np.asarray(age, dtype=float)
    return np.where(age > 0, first * np.maximum(age, 1) ** -0.5, 1.0)


def chances(first, release, harm):
    """Return the matrix P(active on day (column) | signed up on day (row)).

    From day `release` on a bad version multiplies the chance that an old user comes back by
    1 − `harm`.
    """
    signed_up, day = np.meshgrid(np.arange(DAYS), np.arange(DAYS), indexing="ij")
    age = day - signed_up
    active = np.where(age >= 0, came_back(age, first), 0.0)
    return np.where((day >= release) & (age > 0), active * (1 - harm), active)


def draw_events(*, seed, new_users, first, release, harm, campaign):
    """Return (events, new users by day, chances): events are (user, day), unsorted, some twice.

    The parameters are those of `use`.
    """
    new_users = parameters.count("new_users", new_users, at_most=10_000)
    first = parameters.number("first", first, at_least=0, at_most=1)
    harm = parameters.number("harm", harm, at_least=0, at_most=1)
    release = parameters.count("release", release, at_least=0, at_most=DAYS)
    campaign = parameters.number("campaign", campaign, at_least=0, at_most=100)
    signing = np.full(DAYS, new_users)
    signing[release:] = np.round(new_users * campaign)
    signed_up = np.repeat(np.arange(DAYS), signing)
    rng = workload.stream(seed, "users")
    lucky = rng.random((signed_up.size, DAYS))
    chance = chances(first, release, harm)
    users, days = np.nonzero(lucky < chance[signed_up])
    again = rng.random(users.size) < 0.15  # opened the app twice
    users, days = np.concatenate([users, users[again]]), np.concatenate([days, days[again]])
    order = rng.permutation(users.size)
    events = list(zip(users[order].tolist(), days[order].tolist(), strict=True))
    return events, signing, chance


def use(
    daily_active_users,
    retention,
    *,
    seed=0,
    after=1,
    new_users=20,
    first=0.5,
    release=21,
    harm=0.4,
    campaign=1.0,
):
    """Return the Usage of six weeks as the student's two functions measure it.

    daily_active_users(events) → {day: number of users}. retention(events, day, after) → the share
    of the users of `day` who are active `after` days later. Events are (user, day).
    after: days; retention is asked for every EVERY days, and for the days around the release.
    new_users: that sign up each day. first: the share of them who are back after a day. From day
    `release` on, `harm` is the share of old users that a bad version drives away, and `campaign`
    times as many users sign up.

    Raises ValueError, which names a bad number, and ComponentError, which says in one sentence what
    a function did wrong.
    """
    after = parameters.count("after", after, at_least=1, at_most=DAYS - 1)
    events, signing, chance = draw_events(
        seed=seed, new_users=new_users, first=first, release=release, harm=harm, campaign=campaign
    )
    near = {release - 2, release - 1, release}
    asked = sorted(day for day in {*range(0, DAYS, EVERY), *near} if 0 <= day < DAYS - after)
    expected = np.array([expected_retention(signing, chance, day, after) for day in asked])
    active = _active(daily_active_users, events)
    sizes = np.maximum(1.0, (signing @ chance)[asked])
    return Usage(
        active=active,
        expected_active=signing @ chance,
        asked=tuple(asked),
        kept=np.array([_kept(retention, events, day, after) for day in asked]),
        expected_kept=expected,
        noise=np.sqrt(expected * (1 - expected) / sizes),
        after=after,
        release=release,
        new_users=signing,
        events=len(events),
    )


def kept_on(usage, day):
    """Return the retention of a day that was asked for."""
    return float(usage.kept[usage.asked.index(day)])


def _active(function, events):
    call = f"{name_of(function)}(events)"
    with sentences(call):
        counted = function(list(events))
    if not isinstance(counted, dict):
        raise ComponentError(wrong_return(call, counted, "a dict of day → number of users"))
    active = np.zeros(DAYS, dtype=int)
    for day, users in counted.items():
        if not (_whole(day) and _whole(users) and 0 <= day < DAYS and users >= 0):
            raise ComponentError(
                f"{call} has {short(day)}: {short(users)}, expected a whole day (0 to {DAYS - 1}) "
                "and how many users (a number)."
            )
        active[day] = users
    return active


def _kept(function, events, day, after):
    call = f"{name_of(function)}(events, {day}, {after})"
    with sentences(call):
        share = function(list(events), day, after)
    number = isinstance(share, (int, float, np.number)) and not isinstance(share, bool)
    if not number or not 0 <= share <= 1:
        raise ComponentError(wrong_return(call, share, "a share from 0 to 1"))
    return float(share)


def _whole(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
