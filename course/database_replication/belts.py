"""The stage of both films of notebook 03: a primary, replicas, and the log on belts between."""

from functools import cache
from itertools import pairwise

import numpy as np

from course.engine.record import milliseconds
from course.view import style
from course.view.scene import Scene

REPLICAS = 3
NAMES = ("primary", *(f"replica-{number + 1}" for number in range(REPLICAS)))
FALL = 0.25  # s
HIGH = 58  # pixels: a replica and its belt
PRIMARY, STARTS, ENDS, HAS, INSIDE, DOOR, ROUTER, PHONE = (
    40,
    79,
    275,
    306,
    340,
    368,
    404,
    456,
)  # across
TOP = 30  # down: the way to the primary
HEIGHT = 52 + HIGH * REPLICAS
MIDDLE = HEIGHT / 2 + 12
LONG = 22  # an entry
USERS, PHONES = 100, {"Anna": 86, "her sister": 184}  # down

EDIT, SAVED, ENTRY = "an edit", "confirmed", "its entry in the log"
FELL, FAILED = "fell off", "failed"
STATES = {
    EDIT: (style.BLUE, "diamond"),
    SAVED: (style.GREEN, "diamond"),
    ENTRY: (style.BLUE, "tile"),
    FELL: (style.GREY, "tile"),
    FAILED: (style.VERMILION, "cross"),
}


def height(replica):
    """Return how far down a replica and its belt are."""
    return 82 + HIGH * replica


@cache
def scene(rows=()):
    """Return the Scene: two phones behind a router; or users, and below them `rows` with names."""
    stage = Scene(490, HEIGHT + 22 * len(rows))
    stage.line((PRIMARY + 28, TOP), (PHONE - 19 if rows else ROUTER - 9, TOP))
    stage.text(ROUTER - 18, TOP + 12, "edits go to the primary", at="right")
    stage.text(STARTS - 8, height(0) - 20, "the log, on its way")
    stage.box(PRIMARY - 28, 18, 56, HEIGHT - 22, colour=style.GREY)
    stage.text(PRIMARY, 9, NAMES[0], at="center")
    for replica in range(REPLICAS):
        y = height(replica)
        for side in (-9, 9):
            stage.line((PRIMARY + 28, y + side), (HAS - 20, y + side))
        stage.box(HAS - 20, y - 14, 68, 28, colour=style.GREY)
        stage.text(HAS + 14, y - 22, NAMES[replica + 1], at="center")
    for name, y in {"users": USERS}.items() if rows else PHONES.items():
        stage.box(PHONE - 19, y - 28, 38, 56)
        stage.text(PHONE, y - 37, name, at="center")
    for row, name in enumerate(rows):
        stage.text(12, row_height(row), name)
    if not rows:
        stage.box(ROUTER - 9, 18, 18, HEIGHT - 22, colour=style.GREY)
        stage.text(ROUTER, 9, "router", at="center")
    return stage


def log(lane, logged, due, dies_at, end):
    """Let each database show the last entry that it has, and the belts what is between them.

    logged: when the primary had each entry (s); due: for each replica, when it has them, unless
    the primary dies before, at `dies_at`.
    """
    _shows(lane, "the primary", (PRIMARY, MIDDLE), logged, end)
    for replica, comes in enumerate(due):
        name, y = NAMES[replica + 1], height(replica)
        together = np.arange(comes.size) - np.searchsorted(comes, comes)  # arrived with it, before
        entries, fallen = [], []
        for lsn, (start, arrives) in enumerate(zip(logged, comes, strict=True), 1):
            if start > end:
                break
            actor = lane.actor(f"edit {lsn} for {name}", str(lsn))
            entries.append(actor)
            if arrives > start:
                actor.at(start, STARTS, y, ENTRY, size=7)
            actor.at(arrives, ENDS - LONG * together[lsn - 1], y, ENTRY, size=7)
            actor.tell(start, "is in the log, and is sent.")
            if arrives > dies_at:
                fallen.append(actor)
                actor.tell(dies_at, f"fell off the belt: {name} will never have it.")
            else:
                took = milliseconds(arrives - start)
                actor.tell(arrives, f"is applied by {name}, {took} after it was in the log.")
        _fall(fallen, dies_at, y + 20, end)
        _shows(lane, name, (HAS, y), comes[comes <= dies_at], end, entries)
    if dies_at < end:
        dead(lane, "the primary", (PRIMARY, MIDDLE - 45), dies_at, end)


def _fall(actors, dies_at, y, end):
    """Let entries fall to `y` at the death, the first one furthest right, none on another."""
    xs, edge = [], float("inf")
    for actor in actors:
        edge = min(actor.place(dies_at)[0], edge - LONG)
        xs.append(edge)
    shift = max(0.0, STARTS - edge)
    for actor, x in zip(actors, xs, strict=True):
        actor.go(dies_at, dies_at + FALL, x + shift, y, FELL).stay(max(end, dies_at + FALL))


def _shows(lane, name, place, times, end, entries=()):
    """Show, at a place, how many of `times` (s) have come; a click tells the entry's story."""
    changes = [0.0, *(time for time in times if time < end), end]
    for lsn, (since, until) in enumerate(pairwise(changes)):
        if since < until:
            entry = entries[lsn - 1] if entries and lsn else None
            actor = lane.actor(f"what {name} has", str(lsn), entry)
            actor.at(since, *place, ENTRY, size=9).stay(until)


def dead(lane, name, place, dies_at, end):
    """Cross a database out from `dies_at` (s) on."""
    actor = lane.actor(f"{name}, dead").at(dies_at, *place, FAILED, size=12).stay(end)
    actor.tell(dies_at, f"{name} dies.")


def row_height(row):
    """Return how far down the middle of one of the Scene's `rows` is."""
    return HEIGHT + 11 + 22 * row
