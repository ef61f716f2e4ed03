"""A web server's access log in the "combined" format of Apache and nginx, and a converter.

The text is made for the course and always the same; its addresses are reserved for documentation
(RFC 5737, 3849).
"""

import random
import re
from datetime import UTC, datetime, timedelta, timezone

from course.engine import parameters
from course.logging_and_automation.logs import START

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONGEST_TARGET = 500  # characters: what a client asks for may be as long as it likes
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
    "PhotoApp/4.2 (Android 15)",
    "curl/8.14.1",
)
COMBINED = re.compile(
    r"(?P<address>[0-9a-f.:]{2,45}) \S{1,80} \S{1,80} "
    r"\[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<clock>\d\d:\d\d:\d\d) "
    r"(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)\] "
    r'"(?P<request>[^"]+)" (?P<status>[1-5]\d\d) (?P<size>\d{1,15}|-)(?: |$)',
    re.ASCII,
)


def access_log(lines=400):
    """Return ten minutes of a web server's log, a text of `lines` lines: uploads fail for a while.

    A few lines are broken, as in real life: cut off, empty, or rubbish from a scanner. Raises
    ValueError unless `lines` is a whole number from 0 to 10,000.
    """
    rng, written = random.Random("access log"), []
    lines = parameters.count("lines", lines, at_least=0, at_most=10_000)
    for number in range(lines):
        second = number * 600 / lines
        written.append(_line(rng, second))
        if number % 97 == 50:
            written[-1] = rng.choice(["", written[-1][:40], "\\x16\\x03\\x01\\x00\\xa5"])
    return "".join(f"{line}\n" for line in written)


def _line(rng, second):
    pages = ["GET /", "GET /photos/{}", "GET /photos/{}", "POST /upload", "GET /old/{}.php"]
    request = rng.choices(pages, (2, 4, 4, 2, 0.6))[0].format(rng.randrange(10_000))
    status, size = 200, rng.randrange(500, 90_000)
    if request.startswith("POST"):
        broken = 330 <= second < 450
        status, size = (502, 157) if broken and rng.random() < 0.8 else (201, 88)
    elif "old" in request:
        status, size = 404, 153
    address = rng.choice(["192.0.2.{}", "198.51.100.{}", "203.0.113.{}", "2001:db8::{:x}"])
    clock = datetime.fromtimestamp(START + int(second), timezone(timedelta(hours=1)))
    when = f"{clock:%d}/{MONTHS[clock.month - 1]}/{clock:%Y:%H:%M:%S %z}"
    return (
        f'{address.format(rng.randrange(1, 255))} - - [{when}] "{request} HTTP/1.1" '
        f'{status} {size} "-" "{rng.choice(BROWSERS)}"'
    )


def from_combined(line, server="web-1"):
    """Return a line of the combined format as a line of the course's format.

    The time is converted to UTC; the level is ERROR for a status from 500 on, WARN from 400 on,
    else INFO. Any other text, however long, gives None.
    """
    found = COMBINED.match(line)
    if not found or found["month"] not in MONTHS:
        return None
    month = MONTHS.index(found["month"]) + 1
    offset = f"{found['sign']}{found['hours']}:{found['minutes']}"
    local = f"{found['year']}-{month:02}-{found['day']} {found['clock']}{offset}"
    try:
        utc = datetime.fromisoformat(local).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    status = int(found["status"])
    level = "ERROR" if status >= 500 else "WARN" if status >= 400 else "INFO"
    request = found["request"][:LONGEST_TARGET]
    return f"{utc:%Y-%m-%dT%H:%M:%SZ} {server} {level} {request} {status} {found['size']}"
