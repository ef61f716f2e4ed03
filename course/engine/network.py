"""How long the network takes: from a distance to a round trip, and from that to a loaded page.

Light takes time in glass, and cables do not run straight. A page needs several round trips: two to
open an encrypted connection, one for the request, and more while TCP gets up to speed.
"""

import math
from numbers import Real

import numpy as np

from course.engine import parameters

EARTH_RADIUS = 6_371_000.0  # m, the mean
LIGHT_IN_FIBRE = 2.0e8  # m/s: two thirds of its speed in vacuum
DETOUR = 2.1  # measured times over the straight line's in fibre (Bozkurt et al., 2018)
LAST_MILE = 0.010  # s per round trip, from the cabinet in the street to the sofa; a round number
WINDOW = 10 * 1460  # bytes that TCP sends before the first answer (RFC 6928, 2013)
OPENING_ROUNDS = 2  # TCP's handshake, then that of TLS 1.3 (RFC 8446, 2018)


def point(place, name="point"):
    """Return `place` as floats (latitude, longitude) in degrees; ValueError if it is not one."""
    try:
        latitude, longitude = place
        numbers = all(
            isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
            for value in (latitude, longitude)
        )
    except (TypeError, ValueError):
        numbers = False
    if not numbers:
        raise ValueError(
            f"{name} = {place!r}: must be two numbers (latitude, longitude) in degrees"
        )
    if not -90 <= latitude <= 90:
        raise ValueError(f"{name} = {place!r}: the latitude must be between -90 and 90 degrees")
    if not -180 <= longitude <= 180:
        raise ValueError(f"{name} = {place!r}: the longitude must be between -180 and 180 degrees")
    return float(latitude), float(longitude)


def round_trip_times(sources, targets):
    """Return the seconds from each of `sources` (rows) to each of `targets` and back (columns).

    Both are lists of points (latitude, longitude) in degrees. The way is the great circle times
    DETOUR, plus LAST_MILE for a user's line to the network. ValueError names a bad point.
    """
    return LAST_MILE + backbone_times(sources, targets)


def backbone_times(sources, targets):
    """Return the same without LAST_MILE, which a machine in a data center does not have."""
    chords = np.linalg.norm(_directions(sources)[:, None] - _directions(targets)[None], axis=2)
    angles = 2 * np.arcsin(np.minimum(chords / 2, 1.0))
    return angles * (2 * DETOUR * EARTH_RADIUS / LIGHT_IN_FIBRE)


def load_time(round_trip, size, bandwidth):
    """Return the seconds from a click until `size` bytes have come over a new connection.

    round_trip: seconds, a number or an array; bandwidth: bytes/s. The sum of the handshakes and the
    request, of the bytes at full speed, and of the server's idle times while its window doubles
    from WINDOW (slow start without loss; Kurose and Ross, Computer Networking, section "TCP delay
    modeling"). ValueError names a size or bandwidth that is not positive.
    """
    size = parameters.number("size", size, above=0, unit="bytes")
    bandwidth = parameters.number("bandwidth", bandwidth, above=0, unit="bytes/s")
    first = WINDOW / bandwidth  # how long the first window is on the wire
    windows = math.ceil(math.log2(size / WINDOW + 1) - 1e-12)
    waits = np.minimum(np.floor(np.log2(1 + np.asarray(round_trip) / first)) + 1, windows - 1)
    idle = waits * (round_trip + first) - (2**waits - 1) * first
    return (OPENING_ROUNDS + 1) * round_trip + size / bandwidth + idle


def _directions(places):
    """Return the unit vectors from the Earth's center to each point, a row each."""
    checked = [point(place) for place in places]
    latitude, longitude = np.radians(np.array(checked, dtype=float).reshape(-1, 2)).T
    level = np.cos(latitude)
    return np.stack(
        [level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=1
    )
