"""Times, spans and penalties as a person writes them, and as they are shown again.

moment    2026-12-01T23:59, by this computer's clock, or with a zone
duration  15min, 12h, 2d, 1w, 1d12h
penalty   10%/day, 5%/hour up to 50%, 20%, none
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
SPELLED = {"hour": UNITS["h"], "day": UNITS["d"], "week": UNITS["w"]}
DURATION = re.compile(r"(?:\d{1,4}(?:min|h|d|w))+")
PENALTY = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?:/(hour|day|week))?(?: up to (\d{1,3}(?:\.\d+)?)%)?")
DURATIONS = "15min, 12h, 2d or 1w"
PENALTIES = '10%/day, "5%/hour up to 50%", 20% (once) or none'
TIME = "2026-12-01T23:59"


@dataclass(frozen=True)
class Penalty:
    """What lateness costs, in per cent of the points earned."""

    text: str
    percent: float = 0.0
    per: timedelta | None = None  # each one that has begun; None: once, however late
    most: float = 100.0

    def taken_off(self, points: float, late: timedelta) -> float:
        """Return the points that are taken off."""
        times = math.ceil(late / self.per) if self.per else 1
        return points * min(self.percent * times, self.most) / 100


Extension = timedelta | datetime
"""So much longer, or until then (UTC)."""


def moment(said: Any) -> datetime:
    """Return a time in UTC; ValueError if it is none. Without a zone it is this computer's."""
    if isinstance(said, str):
        if not re.search(r"\d[T ]\d", said):
            raise ValueError(f"write a day and a time, such as {TIME}")
        try:
            said = datetime.fromisoformat(said)
        except ValueError:
            raise ValueError(f"write a time such as {TIME}") from None
    if not isinstance(said, datetime):
        raise ValueError(f"write a day and a time, such as {TIME}")
    return said.astimezone(UTC)


def duration(said: Any) -> timedelta:
    """Return a span such as 1d12h; ValueError if it is none."""
    if said == 0 or said == "0":
        return timedelta()
    if not isinstance(said, str) or not DURATION.fullmatch(said):
        raise ValueError(f"write {DURATIONS}")
    parts = re.findall(r"(\d+)([a-z]+)", said)
    return sum((int(number) * UNITS[unit] for number, unit in parts), timedelta())


def spelled(span: timedelta | None) -> str:
    """Return a span as `duration` reads it, "" for none."""
    left, said = span or timedelta(), ""
    for unit, length in (("d", UNITS["d"]), ("h", UNITS["h"]), ("min", UNITS["min"])):
        number, left = divmod(left, length)
        said += f"{number}{unit}" if number else ""
    return said


def longer(said: Any) -> Extension:
    """Return an extension: a span, or the time until when; ValueError if it is neither."""
    try:
        return duration(said)
    except ValueError:
        try:
            return moment(said)
        except ValueError:
            raise ValueError(f"write {DURATIONS}, or a time such as {TIME}") from None


def shown(time: datetime) -> str:
    """Return a time as this computer's clock shows it."""
    return f"{time.astimezone():%F %R}"


def penalty(said: Any) -> Penalty:
    """Return what lateness costs; ValueError if that is not clear."""
    if said == "none":
        return Penalty("none")
    match = PENALTY.fullmatch(said) if isinstance(said, str) else None
    if not match or float(match[1]) > 100:
        raise ValueError(f"write {PENALTIES}")
    percent, unit, most = match.groups()
    return Penalty(said, float(percent), SPELLED.get(unit), min(float(most or 100), 100.0))
