"""The lab of notebook 05: what its simulation must show, and what it does with what goes wrong."""

import dataclasses
import itertools
import math
import re
from html import unescape

import numpy as np
import pytest

from course.cdn import (
    EDGES,
    Edge,
    NoEdgeOnline,
    OriginDown,
    Prices,
    architecture,
    explore,
    explore_bill,
    explore_deployment,
    explore_distance,
    explore_outages,
    replay,
    simulate,
    simulate_outages,
)
from course.cdn.baselines import Streams, trade_off
from course.cdn.bill import bill
from course.cdn.deployment import (
    DEPLOYED,
    FILES,
    fingerprinted,
    invalidated,
    wait_for_expiry,
)
from course.cdn.deployment_picture import TOP_ORIGIN
from course.cdn.distance import distances
from course.cdn.distance_picture import FARTHEST
from course.cdn.film import DONE, END, EXPIRED, LOST, film
from course.cdn.film import FRESH as FRESH_COPY
from course.cdn.map_picture import MARKS, NAMES
from course.cdn.outage import FAILED, FRESH, ORIGIN, STALE
from course.cdn.pages import CLICKS, EARLIER, PHOTOS, SYDNEY, photo_loads, waves
from course.cdn.pages import way as way_from_sydney
from course.cdn.picture import SLOWEST
from course.cdn.theory import hit_ratios
from course.cdn.world import (
    BANDWIDTH,
    BEHIND,
    PEOPLE,
    TO_EDGE,
    TO_ORIGIN,
    opened,
    served_by,
    traffic,
)
from course.engine import network, theory
from course.engine.cities import CITIES, city
from course.engine.component import ComponentError
from course.engine.record import milliseconds
from tests import films
from tests.course_scripts import cells, solved, verdict
from tests.explorers import (
    answers,
    assert_every_step_is_seen,
    assert_stopped,
    corners,
    moving,
    pictured,
    shown,
)
from tests.picture_text import in_figure

SOLVED = solved("05_cdn")
CACHE, FINGERPRINT, FALLBACK = (
    SOLVED[name] for name in ("EdgeCache", "fingerprint", "fetch_with_fallback")
)
DISTANCE, NEAREST = SOLVED["distance_km"], SOLVED["nearest_edge"]
COST, EVEN = SOLVED["monthly_cost"], SOLVED["break_even_hit_ratio"]
MAX_AGES = [0, 10, 60, 300, 1800, 3600, 86_400]


# ── what the pictures must show ──


@pytest.mark.parametrize("seed", range(6))
def test_edges_bring_pages_near_on_every_seed(seed):
    """A mean of 5,000 load times between 0.2 and 3.3 s: its noise is below 0.015 s (one standard
    error), the smallest step 0.03 s, on the same users."""
    runs = [simulate(seed=seed, edges=edges) for edges in (0, 3, 5, 8, 12)]
    medians = [run.percentile(50) for run in runs]
    means = [run.load_time.mean() for run in runs]
    assert medians[0] == pytest.approx(1.43, abs=0.05)  # the text says: 1.4 seconds
    assert medians[2] == pytest.approx(0.5, abs=0.05)  # and half a second with five edges
    near = network.load_time(np.array([network.LAST_MILE]), 500_000, 2.5e6)[0]
    assert near == pytest.approx(0.25, abs=0.02)  # a quarter of a second without any distance
    assert 1 - medians[2] / medians[0] == pytest.approx(2 / 3, abs=0.04)  # two thirds saved
    assert 1 - near / medians[2] == pytest.approx(0.5, abs=0.05)  # half of what is left
    assert means == sorted(means, reverse=True)
    assert runs[2].percentile(95) < 0.65 * runs[0].percentile(95)
    assert runs[0].origin_load == 1.0 and runs[0].stale_share == 0.0


@pytest.mark.parametrize("seed", range(6))
def test_max_age_trades_work_at_the_origin_for_old_bytes(seed):
    runs = [simulate(seed=seed, max_age=age) for age in MAX_AGES]
    loads, stale = [run.origin_load for run in runs], [run.stale_share for run in runs]
    assert loads == sorted(loads, reverse=True) and loads[0] == 1.0 and loads[-1] < 0.06
    assert stale == sorted(stale) and stale[0] == 0.0 and stale[-1] > 0.5
    assert trade_off(MAX_AGES, seed=seed) == tuple(zip(loads, stale, strict=True))
    slow, quick = (simulate(seed=seed, update_every=every).stale_share for every in (86_400, 300))
    assert quick > 10 * slow
    assert simulate(seed=seed, edges=12).origin_load > simulate(seed=seed, edges=2).origin_load


def test_every_city_is_served_and_loads_as_the_network_says():
    result = simulate(edges=5, max_age=86_400)
    trips = TO_EDGE[result.cities, result.edge]
    behind = np.where(result.asked, BEHIND[result.edge], 0)  # a miss goes on to the origin
    expected = network.load_time(trips, 500_000, 2.5e6) + behind
    assert result.load_time == pytest.approx(expected)
    assert behind.max() > 0.2 and not behind[~result.asked].any()
    assert (result.edge == TO_EDGE[:, :5].argmin(axis=1)[result.cities]).all()
    lone = simulate(edges=0)
    assert lone.load_time == pytest.approx(
        network.load_time(TO_ORIGIN[lone.cities], 500_000, 2.5e6)
    )
    means = result.by_city()
    for number in range(len(CITIES)):
        mine = result.cities == number
        assert np.isnan(means[number]) == (not mine.any())
        if mine.any():
            assert means[number] == pytest.approx(result.load_time[mine].mean())
    counts = np.bincount(result.cities, minlength=len(CITIES)) / len(result)
    expected = PEOPLE / PEOPLE.sum()
    noise = np.sqrt(expected / len(result))
    assert (abs(counts - expected) < 5 * noise).all()


# ── against theory ──


@pytest.mark.parametrize("per_life", [0.5, 2.0, 20.0])
def test_the_hit_ratio_of_one_photo_is_that_of_theory(per_life):
    """A renewal process: a miss serves 1 + Poisson(λT) requests, so n requests have about n / m
    misses with a variance of n λT / m³, m = 1 + λT. Four standard errors on each of five seeds."""
    count, rate = 40_000, 0.5
    max_age = per_life / rate
    mean = 1 + per_life
    error = math.sqrt(per_life / mean**3 / count)
    for seed in range(5):
        result = simulate(
            seed=seed, edges=1, photos=1, requests=count, duration=count / rate, max_age=max_age
        )
        expected = theory.ttl_hit_ratio(rate, max_age)
        assert abs(result.hit_ratio - expected) < 4 * error + mean / count


@pytest.mark.parametrize(("max_age", "every"), [(60, 300), (300, 300), (900, 300)])
def test_staleness_is_that_of_theory(max_age, every):
    """A hit finds a copy whose age is uniform on (0, T): requests are Poisson. The photo changes
    every U seconds at a random phase, so a copy of age a is old with probability min(1, a / U).
    λ ∫ min(1, a / U) da of the 1 + λT requests of a life are stale. 30 seeds, four standard errors
    of their mean."""
    rate, count = 0.1, 4000
    ages = (np.arange(10_000) + 0.5) * max_age / 10_000
    stale_hits = rate * max_age * np.minimum(1, ages / every).mean()
    expected = stale_hits / (1 + rate * max_age)
    shares = [
        simulate(
            seed=seed,
            edges=1,
            photos=1,
            requests=count,
            duration=count / rate,
            max_age=max_age,
            update_every=every,
        ).stale_share
        for seed in range(30)
    ]
    error = np.std(shares, ddof=1) / math.sqrt(len(shares))
    assert abs(np.mean(shares) - expected) < 4 * error


# ── against a second implementation ──


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("chosen", [{}, {"edges": 12}, {"max_age": 0}, {"max_age": 1e9}])
def test_the_plain_cache_is_a_cache_to_the_last_request(seed, chosen):
    plain, real = simulate(seed=seed, **chosen), simulate(CACHE, seed=seed, **chosen)
    assert (plain.asked == real.asked).all() and (plain.stale == real.stale).all()
    assert (plain.load_time == real.load_time).all()
    asking = traffic(seed)
    kept, lives = {}, chosen.get("max_age", 300)
    for number, (time, photo, edge) in enumerate(
        zip(asking.times, asking.photos, plain.edge, strict=True)
    ):
        fresh = (photo, edge) in kept and time < kept[photo, edge] + lives
        assert plain.asked[number] != fresh
        if not fresh:
            kept[photo, edge] = time


def test_renewals_with_an_origin_that_goes_down():
    rng = np.random.default_rng(3)
    for max_age in (0.0, 3.0, 50.0):
        times = np.sort(rng.uniform(0, 100, 600))
        streams, down = rng.integers(0, 5, 600), rng.uniform(size=600) < 0.3
        asked, failed, fetched_at = Streams(streams, times).renewals(max_age, down)
        kept = {}
        for number, (stream, time) in enumerate(zip(streams, times, strict=True)):
            fresh = stream in kept and time < kept[stream] + max_age
            assert asked[number] == (not fresh)
            assert failed[number] == (not fresh and down[number])
            if not fresh and not down[number]:
                kept[stream] = time
            copy = fetched_at[number]
            assert np.isnan(copy) if failed[number] else copy == kept[stream]
    asked, _, _ = Streams(np.array([], dtype=int), np.array([])).renewals(10.0)
    assert asked.size == 0


def test_the_hit_ratios_of_the_bill_are_those_of_requests():
    """Six photos in the long run against 400,000 requests of their own, per edge."""
    photos, gigabytes, max_age = 6, 100.0, 1800.0
    found = hit_ratios(gigabytes, photos, max_age)
    rate = gigabytes / 0.0005 / (30 * 86_400)
    rng = np.random.default_rng(1)
    shares = np.bincount(served_by(opened(12)), PEOPLE, 12) / PEOPLE.sum()
    popularity = np.arange(1, 7) ** -0.9 / (np.arange(1, 7) ** -0.9).sum()
    count = 400_000
    times = np.sort(rng.uniform(0, count / rate, count))
    which = rng.choice(photos, count, p=popularity)
    edges = rng.choice(12, count, p=shares)
    hits = ~Streams(edges * photos + which, times).renewals(max_age)[0]
    # 4 standard errors of a share (hits of one life come together: factor 1 + λT at most 60)
    assert hits.mean() == pytest.approx(found.overall, abs=4 * 0.5 * math.sqrt(60 / count))
    for photo in range(photos):
        mine = hits[which == photo]
        error = 0.5 * math.sqrt(60 / mine.size)
        assert mine.mean() == pytest.approx(found.by_photo[photo], abs=4 * error)
    assert (np.diff(found.by_photo) < 0).all()


# ── which edge ──


def test_the_nearest_edge_is_the_quickest():
    for edges, offline in ((1, 0), (5, 0), (12, 0), (12, 5), (5, 5), (0, 0)):
        listed = opened(edges, offline)
        assert (served_by(listed, NEAREST) == served_by(listed)).all()
        chosen = served_by(listed)
        assert (chosen >= 0).all() == any(edge.online for edge in listed)
        assert all(listed[place].online for place in chosen if place >= 0)
    found = distances(DISTANCE, NEAREST, edges=5, offline=2)
    assert found.longer_than_needed == ()
    assert found.mean_time < 0.7 * found.mean_origin_time
    tokyo = [each.name for each in CITIES].index("Tokyo")
    assert found.km[tokyo] == 0.0 and found.origin_km[tokyo] == pytest.approx(9345, abs=40)


def test_a_flat_earth_is_found_out():
    def nearest_on_paper(user, edges):
        return min(edges, key=lambda edge: math.dist(user, edge.location))

    found = distances(DISTANCE, nearest_on_paper, edges=12)
    assert len(found.longer_than_needed) > 0
    explorer = explore_distance(DISTANCE, nearest_on_paper)
    explorer.controls["edges"].value = 12
    assert "would be served faster by another edge that is online" in shown(explorer)
    assert "No city would" not in shown(explorer)
    assert f"online: {found.longer_than_needed[0]}" in shown(explorer)
    one, two, many = (
        explorer.picture.show(found=dataclasses.replace(found, longer_than_needed=names))[1]
        for names in (("Lima",), ("Lima", "Paris"), tuple(NAMES[:8]))
    )
    assert "1 city would be served" in one and "2 cities would be served" in two
    assert "online: Lima, Paris." in two
    assert f"online: {', '.join(NAMES[:6])}, …." in many
    assert "No city would" in shown(explore_distance(DISTANCE, NEAREST))


def test_the_check_of_nearest_edge_says_why_for_each_user():
    [check] = [cell for cell in cells("05_cdn") if cell.grade_id == "distance_km_check_2"]

    wrong = {
        (lambda user, edges: edges[0]): "London: expected Frankfurt (Paris is nearer, but offline)",
        (lambda user, edges: NEAREST((51.51, -0.13), edges)): "Auckland: expected Tokyo (it is "
        "nearer than Frankfurt, and both are online), yours gave Frankfurt",
        (lambda user, edges: NEAREST(user, edges) if edges[1:] else edges[0]): "only Paris, "
        "offline: expected NoEdgeOnline (no edge in the list is online), yours gave Paris",
    }
    for nearest_edge, sentence in wrong.items():
        assert sentence in verdict(check, SOLVED | {"nearest_edge": nearest_edge})
    assert verdict(check, SOLVED) == ""


# ── deployments ──


@pytest.mark.parametrize("seed", range(5))
def test_fingerprints_are_never_old_and_fetch_only_what_changed(seed):
    day = {"seed": seed, "changed": 3, "max_age": 86_400}
    waiting = wait_for_expiry(**day)
    some, dropped = invalidated(CACHE, **day, prefix="css/")
    everything, all_dropped = invalidated(CACHE, **day, prefix="")
    named = fingerprinted(FINGERPRINT, CACHE, seed=seed, changed=3)
    assert waiting.stale_after > some.stale_after > everything.stale_after == named.stale_after == 0
    assert 0 < dropped < all_dropped <= 5 * len(FILES)
    late = waiting.origin_after  # files that an edge was first asked for after the deployment
    assert late < 0.1 and late < named.origin_after < 0.3 * everything.origin_after
    assert named.origin_after <= 5 * (0.06 + 0.18 + 0.012) + late + 1e-9  # once an edge
    for way in (waiting, some, everything, named):
        assert way.stale_mb[way.times < DEPLOYED].sum() == 0
    assert wait_for_expiry(seed=seed, changed=0).stale_after == 0


@pytest.mark.parametrize("max_age", [0, 300, 1800])
def test_waiting_is_what_a_cache_does_that_nobody_invalidates(max_age):
    class Deaf(CACHE):
        def invalidate(self, prefix):
            return 0

    waiting = wait_for_expiry(seed=2, max_age=max_age)
    run, dropped = invalidated(Deaf, seed=2, max_age=max_age)
    assert dropped == 0
    assert (waiting.stale_mb == run.stale_mb).all() and (waiting.origin_mb == run.origin_mb).all()


def test_names_that_do_not_change_with_the_content_are_stale():
    def same_name(path, content):
        return path

    assert fingerprinted(same_name, CACHE).stale_after > 5


# ── outages ──


@pytest.mark.parametrize("seed", range(5))
def test_fallback_and_expired_copies_keep_the_site_up(seed):
    result = simulate_outages(FALLBACK, CACHE, seed=seed)
    without = simulate_outages(seed=seed)
    assert result.availability > 0.98 > 0.8 > without.availability
    assert sum(result.count(who) for who in (FRESH, STALE, ORIGIN, FAILED)) == len(result.times)
    cdn_out = (result.times >= 900) & (result.times < 1500)
    origin_out = (result.times >= 2400) & (result.times < 3000)
    assert (result.who[cdn_out] == ORIGIN).all() and (without.who[cdn_out] == FAILED).all()
    assert (np.flatnonzero(result.who == STALE)[:, None] == np.flatnonzero(origin_out)).any(1).all()
    assert not (result.who[~cdn_out & ~origin_out] > STALE).any()
    rate = result.asked[(result.times < 900) & (result.times > 300)].mean()
    assert result.asked[cdn_out].mean() == 1 and rate < 0.55  # more than twice its load
    both = simulate_outages(FALLBACK, CACHE, seed=seed, origin_at=900)
    assert (both.who[cdn_out] == FAILED).all()
    never = simulate_outages(FALLBACK, CACHE, seed=seed, cdn_for=0, origin_for=0)
    assert never.availability == 1 and never.count(FRESH) == len(never.times)


@pytest.mark.parametrize("max_age", [0, 60, 3600])
def test_the_hour_without_fallback_is_a_plain_cache(max_age):
    class NoStale(CACHE):
        def fetch(self, url, now):
            body, status = super().fetch(url, now)
            if status == "STALE":
                raise OriginDown
            return body, status

    plain = simulate_outages(max_age=max_age)
    failed = plain.who == FAILED
    cdn_out = (plain.times >= 900) & (plain.times < 1500)
    assert failed[cdn_out].all()
    mine = simulate_outages(FALLBACK, NoStale, max_age=max_age)
    assert ((mine.who == FAILED) == failed)[~cdn_out].all()
    assert (mine.asked == plain.asked)[~cdn_out].all()


# ── the bill ──


def test_the_bill_is_a_straight_line_through_the_break_even():
    found = bill(COST, EVEN, gigabytes=1000.0, cdn_per_gb=0.05, origin_per_gb=0.10)
    assert found.without == pytest.approx(100) and found.break_even == 0.5
    assert found.costs[0] == pytest.approx(150) and found.costs[-1] == pytest.approx(50)
    assert np.interp(0.5, np.linspace(0, 1, 21), found.costs) == pytest.approx(found.without)
    assert found.here == pytest.approx(1000 * (0.05 + 0.1 * (1 - found.catalogue.overall)))


def test_the_long_tail_makes_the_cdn_dearer_as_the_notebook_says():
    few, many = (bill(COST, EVEN, photos=photos) for photos in (10_000, 100_000))
    assert few.here < few.without and many.here > many.without


# ── what goes wrong is one sentence ──


def refused(explorer, sentence):
    assert sentence in shown(explorer), shown(explorer)
    assert not pictured(explorer)


def cache_that(answer):
    """Return a cache class whose fetch is `answer(self, url, now)`."""

    class EdgeCache:
        def __init__(self, origin):
            self.origin = origin

    EdgeCache.fetch = answer
    return EdgeCache


def raises(self, url, now):
    raise KeyError("no copy")


def wrong_status(self, url, now):
    return self.origin(url)[0], "HIT"


def wrong_body(self, url, now):
    self.origin(url)
    return "a photo", "MISS"


def other_photo(self, url, now):
    self.origin(url)
    return self.origin("/photos/40.jpg" if url != "/photos/40.jpg" else "/photos/1.jpg")[0], "MISS"


def no_such_photo(self, url, now):
    return self.origin(url.upper())[0], "MISS"


def down_for_no_reason(self, url, now):
    raise OriginDown


FETCH = "EdgeCache.fetch('/photos/"
CACHES = {
    raises: "raised KeyError: 'no copy'.",
    wrong_status: "'HIT'), expected the status 'MISS' (the origin was asked).",
    wrong_body: "returned ('a photo', 'MISS'), expected a body that the origin gave for /photos/",
    other_photo: "expected a body that the origin gave for /photos/",
    no_such_photo: ".JPG', which is none of its photos.",
    down_for_no_reason: "raised OriginDown.",
    (lambda self, url, now: None): "returned None, expected (body, status).",
    (lambda self, url, now: [self.origin(url)[0], "MISS"]): "expected (body, status).",
    (lambda self, url: None): "raised TypeError",
}


@pytest.mark.parametrize("answer", CACHES)
def test_a_wrong_cache_is_one_sentence(answer):
    with pytest.raises(ComponentError) as error:
        simulate(cache_that(answer))
    text = str(error.value)
    assert CACHES[answer] in text and "\n" not in text
    assert text.startswith(FETCH) or answer is no_such_photo
    refused(explore(cache_that(answer)), CACHES[answer])


def test_a_cache_that_cannot_be_made_is_one_sentence():
    class NoFetch:
        def __init__(self, origin):
            pass

    class NoOrigin:
        def fetch(self, url, now):
            return self.origin(url)

    class Other:
        def __init__(self, source):
            pass

    refused(explore(NoFetch), "NoFetch has no method fetch(url, now).")
    refused(explore(NoOrigin), "NoOrigin.fetch('/photos/")
    refused(explore(Other), "Other(…) raised TypeError")
    refused(explore(CACHE(None)), "EdgeCache is given as an object: give the class EdgeCache")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda user, edges: None, "returned None, expected one of the edges given"),
        (lambda user, edges: edges[0].name, "returned 'Frankfurt', expected one of the edges"),
        (lambda user, edges: Edge("x", (0, 0)), "expected one of the edges given, and one that is"),
        (lambda user, edges: edges[0], "online=False), expected one of the edges given"),
        (lambda user, edges: 1 / 0, "raised ZeroDivisionError: division by zero."),
        (lambda user: None, "raised TypeError"),
    ],
)
def test_a_wrong_nearest_edge_is_one_sentence(function, says):
    function.__name__ = "nearest_edge"
    with pytest.raises(ComponentError) as error:
        simulate(nearest_edge=function, edges=3, offline=1)
    assert says in str(error.value) and str(error.value).startswith("nearest_edge((35.69, 139.69)")
    assert "\n" not in str(error.value)


def test_saying_that_no_edge_is_online_is_right_only_when_it_is_true():
    def gives_up(user, edges):
        raise NoEdgeOnline

    with pytest.raises(ComponentError, match=r"raised NoEdgeOnline\.$"):
        simulate(nearest_edge=gives_up, edges=3)
    alone = simulate(nearest_edge=gives_up, edges=3, offline=3)
    assert (alone.edge == -1).all() and alone.origin_load == 1
    assert (simulate(nearest_edge=NEAREST, edges=3, offline=3).edge == -1).all()


def test_a_nearest_edge_may_do_with_its_list_what_it_likes():
    def empties(user, edges):
        first = edges[0]
        edges.clear()
        return first

    assert (simulate(nearest_edge=empties, edges=3).edge == 0).all()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda a, b: "far", "returned 'far', expected a number of kilometers."),
        (lambda a, b: -5, "returned -5, expected a number of kilometers, at least 0."),
        (lambda a, b: math.nan, "returned nan, expected a number of kilometers, at least 0."),
        (lambda a, b: True, "returned True, expected a number"),
        (lambda a, b: a / b, "raised TypeError"),
    ],
)
def test_a_wrong_distance_is_one_sentence(function, says):
    function.__name__ = "distance_km"
    refused(explore_distance(function, NEAREST), says)


def test_a_wrong_deployment_is_one_sentence():
    class Silent(CACHE):
        def invalidate(self, prefix):
            super().invalidate(prefix)

    class NoInvalidate:
        def __init__(self, origin):
            self.inside = CACHE(origin)

        def fetch(self, url, now):
            return self.inside.fetch(url, now)

    class Odd(CACHE):
        def fetch(self, url, now):
            return super().fetch(url, now)[0]

    wrong = {
        Silent: "Silent.invalidate('css/') returned None, expected how many objects it dropped.",
        NoInvalidate: "NoInvalidate.invalidate('css/') raised AttributeError",
        Odd: "expected (body, status).",
    }
    for cache, sentence in wrong.items():
        refused(explore_deployment(FINGERPRINT, cache), sentence)
    names = {
        (lambda path, content: "site.css"): "css/site.css and js/app.js are both called 'site.css'",
        (lambda path, content: None): "returned None, expected a path, as a string.",
        (lambda path, content: content + path): "raised TypeError",
    }
    for fingerprint, sentence in names.items():
        refused(explore_deployment(fingerprint, CACHE), sentence)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda url, now, edge, origin: None, "returned None, expected (body, 'cdn') or"),
        (lambda url, now, edge, origin: edge.fetch(url, now), "expected (body, 'cdn') or"),
        (lambda url, now, edge, origin: ("x", "cdn"), "expected a body of /photos/"),
        (lambda url, now, edge, origin: edge.fetch("/x", now), "The edge was asked for '/x'"),
        (lambda url, now, edge, origin: (edge.fetch(url, now)[0], "cdn"), "raised EdgeDown."),
        (lambda url, now, edge, origin: origin("/x"), "The origin was asked for '/x'"),
        (lambda url: None, "raised TypeError"),
    ],
)
def test_a_wrong_fallback_is_one_sentence(function, says):
    function.__name__ = "fetch_with_fallback"
    with pytest.raises(ComponentError) as error:
        simulate_outages(function, CACHE)
    assert says in str(error.value) and "\n" not in str(error.value)
    refused(explore_outages(function, CACHE), says)


def test_giving_up_while_the_origin_is_up_is_found_out():
    def fetch_with_fallback(url, now, edge, origin):
        raise OriginDown

    refused(explore_outages(fetch_with_fallback, CACHE), "raised OriginDown, but the origin is up.")


def test_a_wrong_bill_is_one_sentence():
    wrong = {
        (lambda *given: "much", EVEN): "returned 'much', expected a number.",
        (lambda *given: math.inf, EVEN): "returned inf, expected a finite number.",
        (lambda *given: 1 / 0, EVEN): "raised ZeroDivisionError",
        (COST, lambda prices: 1.5): "returned 1.5, expected a hit ratio between 0 and 1.",
        (COST, lambda prices: None): "returned None, expected a number.",
    }
    for functions, sentence in wrong.items():
        refused(explore_bill(*functions), sentence)
    divides = explore_bill(COST, lambda prices: min(1, prices.cdn_per_gb / prices.origin_per_gb))
    assert pictured(divides)
    divides.controls["origin_per_gb"].value = 0.0
    refused(divides, "Prices(cdn_per_gb=0.04, origin_per_gb=0.0)) raised ZeroDivisionError")


def test_a_fetch_that_never_returns_is_stopped():
    assert_stopped(explore, CACHE, "fetch")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("seed", -1, "between 0"),
        ("edges", 13, "between 0 and 12"),
        ("edges", 2.5, "whole number"),
        ("offline", -1, "between 0 and 12"),
        ("max_age", "soon", "must be a finite number (in s)"),
        ("max_age", -1, "≥ 0 s"),
        ("max_age", math.nan, "finite"),
        ("update_every", 0, "> 0 s"),
        ("page_kb", 0, "> 0 kB"),
        ("requests", 0, "between 1"),
        ("duration", 0, "> 0 s"),
        ("photos", 0, "between 1"),
        ("skew", -1, "≥ 0"),
    ],
)
def test_a_bad_parameter_is_named(name, value, says):
    with pytest.raises(ValueError, match=f"^{'exponent' if name == 'skew' else name} = ") as error:
        simulate(**{name: value})
    assert says in str(error.value) and repr(value) in str(error.value)


def test_bad_parameters_of_the_other_pictures_are_named():
    wrong = {
        "photos = 41: must be between 1 and 40": lambda: simulate(CACHE, photos=41),
        "changed = 13: must be between 0 and 12": lambda: wait_for_expiry(changed=13),
        "max_age = None: must be a finite": lambda: invalidated(CACHE, max_age=None),
        "prefix = 'CSS': must be one of": lambda: invalidated(CACHE, prefix="CSS"),
        "cdn_at = -1: must be ≥ 0 s": lambda: simulate_outages(cdn_at=-1),
        "origin_for = 'long': must be": lambda: simulate_outages(origin_for="long"),
        "max_age = -1: must be ≥ 0 s": lambda: simulate_outages(max_age=-1),
        "gigabytes = 0: must be > 0 GB": lambda: bill(COST, EVEN, gigabytes=0),
        "cdn_per_gb = -1: must be ≥ 0 dollars": lambda: bill(COST, EVEN, cdn_per_gb=-1),
        "page_kb = 0: must be > 0 kB": lambda: distances(DISTANCE, NEAREST, page_kb=0),
    }
    for sentence, call in wrong.items():
        with pytest.raises(ValueError, match="^" + re.escape(sentence)):
            call()


# ── the pictures ──

EXPLORERS = {
    "built-in": lambda: explore(prediction=1.5),
    "cache": lambda: explore(CACHE),
    "distance": lambda: explore_distance(DISTANCE, NEAREST),
    "deployment": lambda: explore_deployment(FINGERPRINT, CACHE),
    "outages": lambda: explore_outages(FALLBACK, CACHE),
    "bill": lambda: explore_bill(COST, EVEN),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_corner_is_a_picture(name):
    assert list(corners(EXPLORERS[name]()))


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_step_is_seen(name):
    assert_every_step_is_seen(EXPLORERS[name]())


def stub(*_, **__):
    raise NotImplementedError("Exercise X: write me")


class Stub:
    def __init__(self, origin):
        self.stored = {}

    fetch = invalidate = stub


@pytest.mark.parametrize(
    "explorer",
    [
        lambda: explore(Stub),
        lambda: explore_distance(stub, NEAREST),
        lambda: explore_distance(DISTANCE, stub),
        lambda: explore_deployment(stub, CACHE),
        lambda: explore_deployment(FINGERPRINT, Stub),
        lambda: explore_outages(stub, CACHE),
        lambda: explore_outages(FALLBACK, Stub),
        lambda: explore_bill(stub, EVEN),
        lambda: explore_bill(COST, stub),
    ],
)
def test_a_stub_is_a_friendly_sentence(explorer):
    refused(explorer(), "Not written yet. Exercise X: write me")


def test_the_picture_says_what_the_run_says():
    explorer = explore(prediction=1.5)
    result, without = simulate(seed=1), simulate(seed=1, edges=0)
    assert f"half of the pages within {result.percentile(50):.2f} s" in shown(explorer)
    assert f"Without a CDN half of them take up to {without.percentile(50):.2f} s" in shown(
        explorer
    )
    assert f"{result.origin_load:.0%} of the requests reach the origin" in shown(explorer)
    assert f"{result.stale_share:.1%} of the bytes are out of date" in shown(explorer)
    assert "You predicted 1.5 s" in shown(explorer)
    picture = explorer.picture
    assert list(picture.guess[0].get_xdata()) == [1.5]
    times, shares = picture.before.get_data()
    assert times[list(shares).index(50)] == pytest.approx(without.percentile(50))
    curve = np.array(picture.curve.get_data()).T
    point = [picture.point.get_xdata()[0], picture.point.get_ydata()[0]]
    assert np.abs(curve - point).max(axis=1).min() < 1e-9  # the point lies on the curve
    explorer.controls["edges"].value = 0
    assert "No CDN: half of the pages" in shown(explorer)


def test_the_map_marks_each_city_by_its_load_time():
    explorer = explore()
    means = simulate(seed=1).by_city()
    counts = [len(cities.get_offsets()) for cities in explorer.picture.map.cities]
    bounds = [0, 0.4, 0.8, 1.6, np.inf]
    seen = means[np.isfinite(means)]
    assert counts == [int(((a < seen) & (seen <= b)).sum()) for a, b in itertools.pairwise(bounds)]
    assert len({mark for _, _, mark in MARKS}) == len({colour for _, colour, _ in MARKS}) == 4
    assert len(explorer.picture.map.online.get_xdata()) == 5
    explorer = explore_distance(DISTANCE, NEAREST)
    explorer.controls["offline"].value = 2
    there = explorer.picture.map
    assert (len(there.online.get_xdata()), len(there.offline.get_xdata())) == (3, 2)
    assert "3 edges online" in shown(explorer)


def test_the_words_compare_your_cache_with_a_plain_one():
    assert "Your EdgeCache and a plain cache on the same requests: the same" in shown(
        explore(CACHE)
    )

    class Forgetful(CACHE):
        def fetch(self, url, now):
            self.stored.clear()
            return super().fetch(url, now)

    explorer = explore(Forgetful)
    assert "on the same requests: not the same." in shown(explorer)
    assert explorer.picture.mine[0].get_xdata()[0] == 100


def test_with_true_distances_every_city_lies_on_the_line():
    picture = explore_distance(DISTANCE, NEAREST).picture
    line = picture.line.get_data()
    for marks in (picture.before, picture.after):
        kilometers, times = marks.get_data()
        assert np.abs(np.interp(kilometers, *line) - times).max() < 0.05
    picture = explore_distance(lambda a, b: DISTANCE(a, b) / 1.6, NEAREST).picture
    kilometers, times = picture.before.get_data()
    assert np.abs(np.interp(kilometers, *line) - times).max() > 0.3


def test_what_is_beyond_a_picture_is_drawn_at_its_edge_and_said():
    mine = explore_distance(DISTANCE, NEAREST)
    far = explore_distance(lambda a, b: 5 * DISTANCE(a, b), NEAREST)
    assert mine.picture.before.get_xdata().max() < FARTHEST == far.picture.before.get_xdata().max()
    assert (far.picture.before.get_xdata() == FARTHEST).sum() > 10
    assert f"over {FARTHEST:,} km by your measure is drawn at the edge" in shown(far)
    assert "drawn at the edge" not in shown(mine)

    deployed = explore_deployment(FINGERPRINT, CACHE)
    assert "drawn at the edge" not in shown(deployed)
    deployed.controls["changed"].value = deployed.controls["changed"].max
    deployed.controls["max_age"].value = 0
    waiting = wait_for_expiry(seed=1, changed=len(FILES), max_age=0)
    assert waiting.origin_mb.sum() > TOP_ORIGIN
    assert f"over {TOP_ORIGIN:.0f} MB is drawn at the edge" in shown(deployed)
    assert deployed.picture.sent[0].get_ydata().max() == TOP_ORIGIN

    [guess] = explore(prediction=30).picture.guess
    assert guess.get_xdata() == [SLOWEST]
    assert "You predicted 30 s" in shown(explore(prediction=30))


def test_the_other_pictures_say_what_their_runs_say():
    deployed = explore_deployment(FINGERPRINT, CACHE)
    waiting = wait_for_expiry(seed=1, changed=3, max_age=1800)
    _, dropped = invalidated(CACHE, seed=1, changed=3, max_age=1800)
    assert f"3 files changed: waiting sent {waiting.stale_after:.1f} MB" in shown(deployed)
    assert f"begins with css/ dropped {dropped} copies" in shown(deployed)
    lines = deployed.picture
    before, after = (slice(0, 10), slice(10, 30))  # windows of two minutes
    wait, purge, named = (line.get_ydata() for line in lines.stale)
    assert not wait[before].any() and wait[after].max() > purge[after].max() > 0
    assert not named.any()
    assert lines.sent[0].get_ydata()[-1] == pytest.approx(waiting.origin_mb.sum())


def test_the_hour_with_outages_is_drawn_as_it_was():
    outages = explore_outages(FALLBACK, CACHE)
    without, result = simulate_outages(seed=1), simulate_outages(FALLBACK, CACHE, seed=1)
    assert f"{result.availability:.1%} of the requests are answered" in shown(outages)
    picture = outages.picture
    for run, bands, mark in zip((without, result), picture.bands, picture.marks, strict=True):
        floor = np.zeros(60)
        for band, who in zip(bands, (FRESH, STALE, ORIGIN, FAILED), strict=True):
            corners = band.get_xy()[:, 1]
            counts = np.histogram(run.times[run.who == who], 60, (0, 3600))[0]
            assert (corners[0:120:2] == floor + counts).all()  # upper side, a minute two corners
            floor = floor + counts
        assert floor.sum() == len(run.times)
        assert list(mark.get_xdata()) == list(np.flatnonzero(counts) + 0.5)  # each failure is seen
    assert picture.load.get_ydata()[:60].sum() == result.asked.sum()
    assert picture.before.get_ydata()[:60].sum() == without.asked.sum()
    assert [list(bar.get_xdata()) for bar in picture.down] == [[15, 25], [40, 50]]
    outages.controls["origin_for"].value = 0
    assert not picture.down[1].get_visible()


def test_the_bill_is_drawn_as_it_was_calculated():
    money = explore_bill(COST, EVEN)
    found, picture = bill(COST, EVEN), money.picture
    assert f"{found.here:,.0f} dollars a month, without a CDN 900" in shown(money)
    assert picture.even.get_xdata()[0] == pytest.approx(100 * 0.04 / 0.09)
    assert "the CDN is cheaper above a hit ratio of 44%." in shown(money)
    assert picture.here.get_ydata()[0] == pytest.approx(found.here / 10_000)
    assert set(picture.without.get_ydata()) == {0.09}
    saving, losing = picture.saving.get_ydata(), picture.losing.get_ydata()
    assert saving.min() > 100 * 0.04 / 0.09 >= losing.max() and len(losing) > 10
    money.controls["cdn_per_gb"].value = 0.1
    assert shown(money).endswith("By your formula the CDN is never cheaper.")
    assert not len(picture.saving.get_ydata())


def test_the_words_of_the_bill_count_the_photos_that_pay():
    money = explore_bill(COST, EVEN)
    money.controls["photos"].value = 100
    ratios = hit_ratios(10_000, 100, 3600.0).by_photo
    ends = {  # a student's break-even → the last words
        1.0: "the CDN is never cheaper.",
        (ratios[0] + ratios[1]) / 2: "1 of the 100 photos reaches that; the others cost no less "
        "through the CDN than straight from the origin.",
        (ratios[1] + ratios[2]) / 2: "2 of the 100 photos reach that; the others cost no less "
        "through the CDN than straight from the origin.",
        ratios[0]: "0 of the 100 photos reach that; all cost no less through the CDN than straight "
        "from the origin.",
        0.0: "the CDN is cheaper above a hit ratio of 0%.",  # all photos
    }
    for even, words in ends.items():
        found = bill(COST, lambda prices, even=even: even, photos=100)
        assert money.picture.show(bill=found)[1].endswith(words)


def test_where_the_origin_costs_nothing_the_bill_without_a_cdn_is_drawn_at_zero():
    money = explore_bill(COST, EVEN)
    picture = money.picture
    money.controls["origin_per_gb"].value = 0.0
    assert set(picture.without.get_ydata()) == {0.0}
    assert list(picture.costs.get_ydata()) == pytest.approx([0.04] * 21)
    assert picture.without.axes.get_ylim()[0] < 0  # a line at 0 is seen
    assert shown(money).endswith("By your formula the CDN is never cheaper.")
    assert in_figure(picture.figure, picture.moving) == []
    with_a_price = moving(money)
    money.controls["cdn_per_gb"].value = 0.0
    assert set(picture.costs.get_ydata()) == {0.0} and moving(money) != with_a_price


def moved(explorer, **values):
    """Return the words below the picture after these controls were set."""
    for name, value in values.items():
        explorer.controls[name].value = value
    return shown(explorer)


def test_the_first_experiment_is_what_its_steps_say():
    explorer = explore()
    said = answers(explorer)
    assert said[1].startswith("Half of the pages take up to 1.4 s. In Sydney a page takes 2.9 s")
    assert "half still take up to 1.4 s, and Sydney waits 2.9 s" in said[2]
    assert "takes 0.5 s there; without a CDN it was 2.9 s" in said[3]
    sixth = simulate(seed=1, edges=6).by_city()[NAMES.index("Sydney")]
    assert EDGES[6].name == "Sydney" and sixth > 1
    assert said[4].startswith("No: half of the pages take up to 1.1 s instead of 0.5 s")
    short, long = simulate(seed=1), simulate(seed=1, max_age=3600.0)
    assert f"{long.origin_load:.0%} of the requests instead of {short.origin_load:.0%}" in said[5]
    assert f"{long.stale_share:.0%} of the bytes" in said[5] and long.stale_share > 0.5
    quick = simulate(seed=1, update_every=300.0)
    assert f"{quick.stale_share:.0%} of the bytes are out of date instead of 6%" in said[6]
    assert quick.stale_share > 3 * short.stale_share and quick.origin_load == short.origin_load
    two, twelve = (simulate(seed=1, edges=count) for count in (2, 12))
    assert f"{twelve.origin_load:.0%} of the requests reach the origin; with 2 edges" in said[7]
    assert twelve.origin_load > two.origin_load and twelve.percentile(50) < two.percentile(50)
    ages = [value for _, value in explorer.controls["max_age"].options]
    for every in (300.0, 1800.0):
        told = [moved(explorer, update_every=every, max_age=age) for age in ages]
        assert len(set(told)) == len(told)  # no step of it that changes nothing
        loads = [int(re.search(r"(\d+)% of the requests reach", words)[1]) for words in told]
        assert loads[0] == 100 and loads == sorted(loads, reverse=True)
    assert explore(CACHE).experiment.steps == ()


def test_sydney_has_its_time_on_the_map():
    explorer = explore()
    label = explorer.picture.map.sydney
    for edges, time in ((0, "2.9"), (7, "0.5")):
        explorer.controls["edges"].value = edges
        assert label.get_text() == f"Sydney: {time} s"


def test_cities_that_go_the_wrong_way_are_marked_and_named():
    def flat(a, b):
        return math.dist(a, b)

    def nearest(user, edges):
        online = [edge for edge in edges if edge.online]
        return min(online, key=lambda edge: flat(user, edge.location))

    explorer = explore_distance(flat, nearest)
    told = answers(explorer)[2]
    wrong = distances(flat, nearest, edges=12).longer_than_needed
    assert len(wrong) >= 3 and told == f"{len(wrong)}, marked with a cross: {', '.join(wrong)}."
    marks = np.array(explorer.picture.map.wrong.get_data()).T
    assert [tuple(mark) for mark in marks] == [city(name).location[::-1] for name in wrong]
    right = explore_distance(DISTANCE, NEAREST)
    assert answers(right)[2].startswith("None, by your distances")
    assert not len(right.picture.map.wrong.get_xdata())


def test_a_hit_that_renews_the_copy_spares_the_origin_and_never_shows_what_changed():
    class Renewing(CACHE):
        """As the notebook's "break it" says: with the max_age that came with the copy."""

        def fetch(self, url, now):
            body, status = super().fetch(url, now)
            if status == "HIT":
                self.stored[url] = self.stored[url][0], now + 300.0
            return body, status

    broken, right = (
        simulate(Renewing, seed=1, max_age=300.0),
        simulate(CACHE, seed=1, max_age=300.0),
    )
    assert broken.origin_load < 0.7 * right.origin_load
    assert broken.stale_share > 1.5 * right.stale_share


def test_who_serves_london_is_told():
    explorer = explore_distance(DISTANCE, NEAREST)
    assert "London is served by Frankfurt." in moved(explorer)
    assert "London is served by Mumbai." not in moved(explorer, offline=1)
    assert "London is served by New York." in shown(explorer)
    assert "London is served by the origin." in moved(explorer, offline=5)
    assert answers(explorer)[1] == "London is served by New York now."


def test_the_other_experiments_are_what_their_steps_say():
    said = answers(explore_deployment(FINGERPRINT, CACHE))
    waiting = wait_for_expiry(seed=1, changed=3, max_age=1800)
    purged, _ = invalidated(CACHE, seed=1, changed=3, max_age=1800, prefix="css/")
    assert said[1].startswith(f"{purged.stale_after:.1f} MB of the old version are still sent")
    assert 5 < purged.stale_after < waiting.stale_after  # the script and the logo
    assert said[2].startswith("0.0 MB of the old version are sent. But the origin has to send 5.3")
    assert said[2].endswith("With fingerprints it is 1.3 MB, and 0.0 MB of the old version.")
    said = answers(explore_outages(FALLBACK, CACHE))
    assert said[1].startswith("The origin answers 421 requests; without your functions 421 fail.")
    assert "gets 2.6 times its usual load" in said[1]
    assert "421 requests fail" in said[2] and "0 expired copies, 414 errors" in said[3]
    assert simulate_outages(FALLBACK, CACHE, seed=1).count(STALE) > 300  # with five minutes
    said = answers(explore_bill(COST, EVEN))
    assert said[1].startswith("No: the hit ratio is 36%, and the month costs 974 dollars; without")
    assert said[2].startswith("No. The month costs 1,408 dollars instead of 900")
    assert bill(COST, EVEN).here < 900


def test_a_prediction_that_is_no_number_is_a_sentence():
    refused(explore(prediction="long"), "prediction = 'long': must be a finite number (in s)")
    refused(explore(prediction=-1), "prediction = -1: must be > 0 s")


def test_the_architecture_is_drawn_from_the_labs_own_edges():
    picture = architecture()
    assert "CDN: edge Sydney, edge Mumbai, edge New York" in picture.label


def test_nothing_is_drawn_while_nbgrader_runs(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert all(explorer() is None for explorer in EXPLORERS.values())
    assert architecture() is None


def test_the_edges_are_cities_and_the_results_are_words():
    assert [edge.location for edge in EDGES] == [city(edge.name).location for edge in EDGES]
    assert all(edge.online for edge in EDGES) and TO_ORIGIN.min() < 0.02
    assert "5,000 pages: half within" in simulate().summary()
    assert Prices(0.1, 0.2).origin_per_gb == 0.2


# ── the film ──


class Renews:
    """A wrong cache: every hit renews the copy."""

    def __init__(self, origin):
        self.origin, self.stored = origin, {}

    def fetch(self, url, now):
        body, max_age, until = self.stored.get(url, ("", 0, -1))
        if now < until:
            self.stored[url] = body, max_age, now + max_age
            return body, "HIT"
        body, max_age = self.origin(url)
        self.stored[url] = body, max_age, now + max_age
        return body, "MISS"


@pytest.mark.parametrize("edges", [0, 1, 2, 5, 6, 7])
def test_a_photo_of_the_film_takes_what_the_simulation_says(edges):
    run = simulate(seed=1, edges=edges, page_kb=100)
    mine = run.cities == SYDNEY
    expected = {bool(run.asked[i]): run.load_time[i] for i in np.flatnonzero(mine)}
    loads = list(photo_loads(edges=edges))
    assert len(loads) == PHOTOS * len(CLICKS)
    assert {load.asked for load in loads} == ({True} if edges == 0 else {True, False})
    for load in loads:
        assert load.ended - load.clicked == pytest.approx(expected[load.asked])
        assert sum(packets.size for packets in load.packets) == 100_000


@pytest.mark.parametrize("round_trip", [0.0, 0.003, 0.02, 0.36])
@pytest.mark.parametrize("size", [1.0, 14_600.0, 14_601.0, 500_000.0])
def test_the_waves_of_a_page_are_the_load_times_formula(round_trip, size):
    start, last = waves(round_trip, size, BANDWIDTH)[-1]
    took = 3 * round_trip + start + last / BANDWIDTH
    assert took == pytest.approx(network.load_time(round_trip, size, BANDWIDTH))


@pytest.mark.parametrize("cache", [None, CACHE])
@pytest.mark.parametrize("stops_at", [None, 2.3, 2.9, 5.8])
@pytest.mark.parametrize("edges", [5, 7])
def test_a_film_of_pages_is_the_run(cache, stops_at, edges):
    reel = film(cache, edges=edges, stops_at=stops_at)
    films.check(reel)
    runs = (
        list(photo_loads(cache, edges=edges, stops_at=stops_at)),
        list(photo_loads(edges=0, stops_at=stops_at)),
    )
    for lane, loads in zip(reel.lanes, runs, strict=True):
        photos = films.moving(lane, "photo")
        assert len(photos) == len(loads)
        counted = {counter.name: counter.at(END) for counter in lane.counters}
        ended = [load for load in loads if load.ended <= END]
        assert counted["photos"] == sum(not load.failed for load in ended)
        assert counted["failed"] == sum(load.failed for load in ended)
        assert counted["origin asked"] == sum(
            load.asked and load.requested <= END for load in loads
        )
        for photo, load in zip(photos, loads, strict=True):
            left = min((click for click in CLICKS if click > load.clicked), default=END + 1)
            assert photo.times[0] == load.clicked and photo.times[-1] >= left
            last = reel.codes[LOST if load.failed else DONE]
            assert photo.times[photo.states.index(last)] == pytest.approx(load.ended)
        for name, click in zip(("Ann", "Ben"), CLICKS, strict=True):
            mine = [load for load in loads if load.clicked == click]
            took = milliseconds(max(load.ended for load in mine) - click)
            failed = any(load.failed for load in mine)
            assert counted[f"{name}'s page:"] == ("failed" if failed else took)
    said = [actor.label for actor in films.moving(reel.lanes[0], "what the cache said")]
    assert said == [load.status for load in runs[0]]


def said_in(lane):
    """Return what the cache said of each photo, in the order in which it was asked."""
    return [actor.label for actor in films.moving(lane, "what the cache said")]


def test_the_edge_has_what_others_asked_for_before():
    # Photo 1 is fresh for Ann and has expired for Ben; photo 2 has expired for Ann.
    reel = replay(CACHE).reel
    assert said_in(reel.lanes[0]) == ["HIT", *["MISS"] * 3, "MISS", *["HIT"] * 3]
    first, second = (films.moving(reel.lanes[0], f"the copy of photo {n}")[0] for n in (1, 2))
    assert first.place(reel.start)[4] == reel.codes[FRESH_COPY]
    assert first.place(reel.start)[3] == pytest.approx((EARLIER[1][0] + 2.0 - reel.start) / 2)
    asked = CLICKS[0] + 2.5 * way_from_sydney(5).round_trip
    assert second.place(asked)[4] == reel.codes[EXPIRED]


def test_stopping_the_origin_shows_who_has_a_copy():
    shown, plain = replay(CACHE), replay()
    for each in (shown, plain):
        assert [lane.counters[1].at(END) for lane in each.reel.lanes] == [0, 0]
        each.press("stops_at", 4.0)
    assert said_in(shown.reel.lanes[0])[PHOTOS:] == ["STALE", *["HIT"] * 3]
    assert said_in(plain.reel.lanes[0])[PHOTOS:] == ["OriginDown", *["HIT"] * 3]
    assert [lane.counters[1].at(END) for lane in shown.reel.lanes] == [0, 4]
    shown.controls["max_age"].value = 0.0
    assert shown.reel.lanes[0].counters[1].at(END) == 4  # nothing was stored


def test_the_ring_of_the_copy_runs_out_with_max_age():
    reel = film(CACHE, edges=7, max_age=1.0)
    (copy,) = films.moving(reel.lanes[0], "the copy of photo 3")
    asked = CLICKS[0] + 2.5 * way_from_sydney(7).round_trip
    _, _, _, ring, state = copy.place(asked + 0.75)
    assert ring == pytest.approx(0.25) and state == reel.codes[FRESH_COPY]
    assert copy.place(asked + 1.01)[4] == reel.codes[EXPIRED]


def test_a_photos_story_tells_the_line_that_decided_and_what_was_wrong():
    packed = film(Renews).packed()
    lines = []
    for photo in range(PHOTOS * len(CLICKS)):
        _, words, listing, line, cell = packed["lanes"][0]["stories"][photo][1]
        _, first, listed = packed["listings"][listing]
        lines.append(listed[line - first].strip())
        world = {"Renews": Renews, "OriginDown": OriginDown}
        before, _, call = cell.rpartition("\n")
        exec(before, world)
        assert f"the cache said {eval(call, world)[1]}." in words
    hit, miss = 'return body, "HIT"', 'return body, "MISS"'
    assert lines == [hit, miss, miss, miss, hit, hit, hit, hit]
    fifth = packed["lanes"][0]["stories"][PHOTOS][1][1]  # Ann's hit has renewed the copy
    assert "MISS would be right." in fifth and "had expired 1.2 s before." in fifth
    assert [mark[0] for mark in packed["marks"]] == ["your first wrong answer"]
    reel = film(CACHE, stops_at=4.0)
    stale = films.moving(reel.lanes[0], "photo")[PHOTOS].story[1]
    world = {"EdgeCache": CACHE, "OriginDown": OriginDown}
    before, _, call = stale[3].rpartition("\n")
    exec(before, world)
    assert eval(call, world) == ("a photo", "STALE") and reel.marks == []


def test_a_cache_that_fails_has_a_film_up_to_then():
    class Liar(Renews):
        fails_at = 4.0

        def fetch(self, url, now):
            body, status = super().fetch(url, now)
            return body, "MISS" if now > self.fails_at else status

    class Sooner(Liar):
        fails_at = 2.0

    shown = replay(Liar)
    assert "expected the status 'HIT' (the origin was not asked)" in shown.reel.fate
    assert shown.reel.end == pytest.approx(CLICKS[1] + 2.5 * way_from_sydney(5).round_trip)
    photos = films.moving(shown.reel.lanes[0], "photo")
    assert len(photos) == 5 and photos[4].story[-1][0] == pytest.approx(shown.reel.end)
    assert len(films.moving(replay(Sooner).reel.lanes[0], "photo")) == 1


def test_a_cache_that_fails_before_anyone_clicks_is_a_sentence_and_no_film():
    class Broken(Renews):
        def fetch(self, url, now):
            return "nothing"

    shown = replay(Broken)
    assert shown.reel is None and "Broken.fetch" in unescape(shown.sentence.value)


def test_a_cache_that_is_not_written_is_a_sentence_and_no_film():
    class Stub:
        def __init__(self, origin):
            pass

        def fetch(self, url, now):
            raise NotImplementedError("Exercise B: serve a fresh copy")

    shown = replay(Stub)
    assert "Not written yet. Exercise B" in shown.sentence.value and shown.reel is None
    assert "has no method fetch" in replay(type("Empty", (), {})).sentence.value
