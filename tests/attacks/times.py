"""When it was handed in: what timestamp.txt says, and what the instructor's receipt says."""

import os
from pathlib import Path

from tests.attacks.making import Attack, Places, beside


def stamp(data: bytes):
    """Return what puts these bytes into timestamp.txt."""

    def put(folder: Path, places: Places) -> None:
        (folder / "timestamp.txt").write_bytes(data)

    return put


def link(folder: Path, places: Places) -> None:
    """Have timestamp.txt be a link to a solution."""
    (folder / "timestamp.txt").symlink_to(places.course / "solutions" / "02_load_balancer.py")


def far(folder: Path, places: Places) -> None:
    """Have timestamp.txt be a link whose target no file system can have."""
    (folder / "timestamp.txt").symlink_to("x" * 300)


def pipe(folder: Path, places: Places) -> None:
    """Have timestamp.txt be a pipe."""
    os.mkfifo(folder / "timestamp.txt")


def directory(folder: Path, places: Places) -> None:
    """Have timestamp.txt be a folder."""
    (folder / "timestamp.txt").mkdir()


FORGED = "a forged timestamp"  # the tests give it a receipt, and a due date before that
ATTACKS: list[Attack] = [
    beside("timestamp that is no time", stamp(b"yesterday \x1b[2J evening"), says="not a time"),
    beside("timestamp that is not text", stamp(b"\xff\xfe\x00"), says="not a time"),
    beside("empty timestamp", stamp(b""), says="not a time"),
    beside("timestamp of a megabyte", stamp(b"2020-01-01 " * 100_000), says="not a time"),
    beside("timestamp in the year 9999", stamp(b"9999-12-31 23:59:59 -2359"), says="taken as"),
    beside("timestamp in the year 1", stamp(b"0001-01-01 00:00:00 UTC")),
    beside("timestamp with far zone", stamp(b"2024-01-01 00:00:00 +9999"), says=""),
    beside("timestamp of many digits", stamp(b"9" * 40 + b"h"), says="not a time"),
    beside(
        "timestamp that names a file", stamp(b"2026-03-01 12:00:00 /dev/zero"), says="not a time"
    ),
    beside("timestamp that is a link", link, says="symbolic link"),
    beside("timestamp that is a link to an impossible name", far, says="symbolic link"),
    beside("timestamp that is a pipe", pipe, says="not a time"),
    beside("timestamp that is a folder", directory, says="not a time"),
    beside(FORGED, stamp(b"2020-01-01 00:00:00 UTC")),
]
