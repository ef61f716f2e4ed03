"""Distance as time: the network, the cities and the map that two labs stand on."""

import math
import random

import numpy as np
import pytest

from course.engine import network
from course.engine.cities import CITIES, city
from course.view import land, style, world


def round_trip_time(source, target):
    return float(network.round_trip_times([source], [target])[0, 0])


# ── the cities ──


def test_the_table_is_a_table_of_places_on_earth():
    assert 80 <= len(CITIES) <= 120
    assert len({each.name for each in CITIES}) == len(CITIES)
    assert len({each.location for each in CITIES}) == len(CITIES)
    for each in CITIES:
        assert network.point(each.location) == each.location
        assert 0.5 < each.population < 40
        assert round(each.latitude, 2) == each.latitude and round(each.population, 1)
    south = [each.name for each in CITIES if each.latitude < 0]
    assert {"Sydney", "Lima", "Nairobi", "Jakarta"} <= set(south) and len(south) < 30


def test_a_city_is_found_by_its_name():
    assert city("Tokyo").country == "Japan"
    with pytest.raises(LookupError, match="'Atlantis'"):
        city("Atlantis")


KILOMETRES = (  # great-circle distances between city centres, published to about 1 %
    ("London", "New York", 5570),
    ("Tokyo", "San Francisco", 8270),
    ("Sydney", "Santiago", 11_340),
    ("Cairo", "Cape Town", 7240),
    ("Moscow", "Delhi", 4340),
    ("São Paulo", "Lagos", 6350),
    ("Auckland", "Honolulu", 7090),
    ("Singapore", "Frankfurt", 10_260),
)


@pytest.mark.parametrize(("here", "there", "kilometres"), KILOMETRES)
def test_times_fit_known_distances(here, there, kilometres):
    """One per cent for the rounding of the distances and for where a city's centre is."""
    seconds = round_trip_time(city(here).location, city(there).location)
    seconds -= network.LAST_MILE
    assert seconds == pytest.approx(2 * 2.1 * kilometres / 200_000, rel=0.01)


# ── round trips ──


def spherical(a, b):
    """Return the angle between two points by the law of cosines: another way to the same thing."""
    p, q, turn = math.radians(a[0]), math.radians(b[0]), math.radians(a[1] - b[1])
    cosine = math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(turn)
    return math.acos(max(-1.0, min(1.0, cosine)))


def test_times_are_those_of_the_law_of_cosines():
    rng = random.Random(1)
    sources = [(rng.uniform(-90, 90), rng.uniform(-180, 180)) for _ in range(40)]
    targets = [(rng.uniform(-90, 90), rng.uniform(-180, 180)) for _ in range(25)]
    times = network.round_trip_times(sources, targets)
    assert times.shape == (40, 25)
    for row, source in enumerate(sources):
        for column, target in enumerate(targets):
            metres = 6_371_000 * spherical(source, target)
            expected = network.LAST_MILE + 2 * 2.1 * metres / 2e8
            assert times[row, column] == pytest.approx(expected, abs=1e-9)
    assert network.backbone_times(sources, targets) == pytest.approx(times - network.LAST_MILE)


def test_here_there_and_the_other_side_of_the_world():
    assert round_trip_time((35.69, 139.69), (35.69, 139.69)) == network.LAST_MILE
    around = math.pi * 6_371_000 * 2 * network.DETOUR / network.LIGHT_IN_FIBRE
    for here, there in (((90, 0), (-90, 77)), ((12.3, -70.0), (-12.3, 110.0))):
        assert network.backbone_times([here], [there])[0, 0] == pytest.approx(around, rel=1e-7)
    assert round_trip_time((0, 180), (0, -180)) == pytest.approx(network.LAST_MILE)
    assert network.round_trip_times([], [(0, 0)]).shape == (0, 1)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ((91, 0), "latitude must be between -90 and 90"),
        ((0, 200), "longitude must be between -180 and 180"),
        ((math.nan, 0), "must be two numbers"),
        ((0, math.inf), "must be two numbers"),
        ((True, 0), "must be two numbers"),
        (("51.5", "0"), "must be two numbers"),
        ((1, 2, 3), "must be two numbers"),
        (None, "must be two numbers"),
        (7, "must be two numbers"),
    ],
)
def test_a_point_that_is_none_is_named(place, says):
    for call in (
        lambda: network.point(place),
        lambda: round_trip_time(place, (0, 0)),
        lambda: network.round_trip_times([(0, 0)], [place]),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert str(error.value).startswith(f"point = {place!r}: ")
    with pytest.raises(ValueError, match=r"^user = "):
        network.point(place, "user")


# ── loading a page ──


def loaded(round_trip, size, bandwidth):
    """Return the load time window by window: a server that sends, waits, and doubles.

    Oracle: each window starts when the one before has been sent and, if later, when the answer to
    its first packets is back; half a round trip each way is inside the round trips.
    """
    clock, window, left = 3 * round_trip, network.WINDOW, size
    while True:
        sent = min(window, left)
        left -= sent
        if left <= 0:
            return clock + sent / bandwidth
        first = network.WINDOW / bandwidth
        clock += max(sent / bandwidth, round_trip + first)
        window *= 2


def test_load_times_are_those_of_a_server_that_waits_and_doubles():
    rng = random.Random(2)
    for _ in range(500):
        trip, size = rng.uniform(0.001, 0.5), rng.choice([100, 14_600, 14_601, 5e5, 3e6])
        bandwidth = rng.choice([1e5, 2.5e6, 1e8])
        expected = loaded(trip, size, bandwidth)
        assert network.load_time(trip, size, bandwidth) == pytest.approx(expected, rel=1e-9)


def test_more_distance_more_bytes_less_bandwidth_never_load_faster():
    trips = np.linspace(0.001, 0.5, 400)
    times = network.load_time(trips, 500_000, 2.5e6)
    assert times.shape == trips.shape and (np.diff(times) > 0).all()
    assert network.load_time(0.1, 1000, 2.5e6) == pytest.approx(0.3 + 0.0004)  # one window
    sizes = [network.load_time(0.1, size, 2.5e6) for size in (1e4, 1e5, 1e6, 1e7)]
    assert sizes == sorted(sizes) and sizes[-1] < 10e6 / 2.5e6 + 1.5
    assert network.load_time(0.2, 1e6, 1e5) > network.load_time(0.2, 1e6, 1e6)


@pytest.mark.parametrize(
    ("size", "bandwidth", "says"),
    [(0, 1e6, "size = 0: must be > 0 bytes"), (5, -1, "bandwidth = -1: must be > 0 bytes/s")],
)
def test_a_bad_size_is_named(size, bandwidth, says):
    with pytest.raises(ValueError, match=says):
        network.load_time(0.1, size, bandwidth)


# ── the map ──


def inside(polygon, point):
    """Return whether (longitude, latitude) lies in the polygon: crossings of a ray to the right."""
    x, y = point
    crossings = 0
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            crossings += 1
    return crossings % 2 == 1


def distance_to(polygon, point):
    """Return how many degrees the point is from the polygon's nearest corner or side."""
    nearest = math.inf
    for a, b in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        ab, ap = np.subtract(b, a), np.subtract(point, a)
        share = np.clip(ap @ ab / (ab @ ab), 0, 1)
        nearest = min(nearest, float(np.linalg.norm(ap - share * ab)))
    return nearest


def test_cities_are_on_land_or_a_few_degrees_from_it():
    for each in CITIES:
        if each.name == "Honolulu":  # too small an island for so rough a map
            continue
        place = (each.longitude, each.latitude)
        on_land = any(inside(polygon, place) for polygon in land.LAND)
        assert on_land or min(distance_to(p, place) for p in land.LAND) < 2.0, each.name


def test_the_oceans_are_wet_and_the_continents_dry():
    for sea in ((-30, 0), (-150, 10), (75, -30), (-40, 45), (170, 40), (0, -45), (90, 5)):
        assert not any(inside(polygon, sea) for polygon in land.LAND), sea
    for ground in ((-100, 45), (-60, -10), (20, 0), (25, -20), (60, 60), (100, 35), (134, -25)):
        assert any(inside(polygon, ground) for polygon in land.LAND), ground
    corners = [corner for polygon in land.LAND for corner in polygon]
    assert all(-180 <= x <= 180 and -60 <= y <= 85 for x, y in corners) and len(corners) > 250


def test_the_map_is_drawn_with_longitude_to_the_right():
    _, axes = style.figure(1, 1)
    world.draw_world(axes)
    assert axes.get_xlim() == (-180, 180) and len(axes.collections) == 2
    east, north = world.x_y([(51.5, -0.1), (-36.9, 174.8)])
    assert list(east) == [-0.1, 174.8] and list(north) == [51.5, -36.9]
    assert [len(column) for column in world.x_y([])] == [0, 0]


def test_a_line_takes_the_shorter_way_round():
    assert world.segments([(10, 20)], [(30, 40)]) == [[(20, 10), (40, 30)]]
    auckland, honolulu = (-37, 175), (21, -158)
    there, back = world.segments([auckland], [honolulu])
    assert there == [(175, -37), (202, 21)] and back == [(-185, -37), (-158, 21)]
