"""Checks of the numbers a person gives to a simulation: one sentence that names value and range."""

import math
from numbers import Integral, Real


def number(name, value, *, at_least=-math.inf, above=-math.inf, at_most=math.inf, unit=""):
    """Return `value` as a float; ValueError names it when it is no finite number in the range."""
    unit = f" {unit}" if unit else ""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} = {value!r}: must be a finite number{unit and f' (in{unit})'}")
    if value < at_least:
        raise ValueError(f"{name} = {value!r}: must be ≥ {at_least:g}{unit}")
    if value <= above:
        raise ValueError(f"{name} = {value!r}: must be > {above:g}{unit}")
    if value > at_most:
        raise ValueError(f"{name} = {value!r}: must be ≤ {at_most:g}{unit}")
    return float(value)


def count(name, value, *, at_least=1, at_most=10_000_000):
    """Return `value` as an int; ValueError names it when it is no whole number in the range."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name} = {value!r}: must be a whole number")
    if not at_least <= value <= at_most:
        raise ValueError(f"{name} = {value!r}: must be between {at_least} and {at_most}")
    return int(value)


def choice(name, value, options):
    """Return `value`; ValueError names it and the options when it is not one of them."""
    if value not in options:
        raise ValueError(f"{name} = {value!r}: must be one of {', '.join(map(repr, options))}")
    return value
