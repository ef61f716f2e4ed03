"""Validate what a person gives to a simulation; an error is one sentence with value and range.

ValueError: arrival_rate = -3: must be > 0 requests/s
"""

import math
from numbers import Integral, Real

NEVER = math.inf  # s: the time of what does not happen; a person may also give None


def number(name, value, *, at_least=-math.inf, above=-math.inf, at_most=math.inf, unit=""):
    """Return `value` as a float; ValueError unless it is a finite number in the range.

    name, unit: as the error message has them. A bool is not a number here.
    """
    unit = f" {unit}" if unit else ""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} = {value!r}: must be a finite number{unit and f' (in{unit})'}")
    if value <= above:
        raise ValueError(f"{name} = {value!r}: must be > {above:g}{unit}")
    if value < at_least:
        raise ValueError(f"{name} = {value!r}: must be ≥ {at_least:g}{unit}")
    if value > at_most:
        raise ValueError(f"{name} = {value!r}: must be ≤ {at_most:g}{unit}")
    return float(value)


def time(name, value, *, at_least=0, above=-math.inf, at_most=math.inf):
    """Return the time `value` (s) as a float, and NEVER for None; ValueError as `number` has it."""
    if value is None or value == NEVER:
        return NEVER
    return number(name, value, at_least=at_least, above=above, at_most=at_most, unit="s")


def count(name, value, *, at_least=1, at_most=10_000_000):
    """Return `value` as an int; ValueError unless it is a whole number in the range."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name} = {value!r}: must be a whole number")
    if not at_least <= value <= at_most:
        raise ValueError(f"{name} = {value!r}: must be between {at_least} and {at_most}")
    return int(value)


def choice(name, value, options):
    """Return `value`; ValueError, which lists the `options`, unless it is one of them."""
    if value not in options:
        raise ValueError(f"{name} = {value!r}: must be one of {', '.join(map(repr, options))}")
    return value
