"""What a film shows: which actor is where, and when; and what there is to tell about it.

    reel = Reel(end=4.0, rate=0.1, states={"waits": ("#56B4E9", "disc"), "failed": …})
    lane = reel.lane("your RoundRobin", scene)
    lane.actor("request 1").at(0.2, 10, 50, "waits").at(0.3, 200, 20).at(0.9, 200, 20)

Times are the run's own seconds, places are those of the Scene. Between two keyframes an actor moves
in a straight line; it is on the stage from its first keyframe to its last. A lab's film.py fills a
Reel from a run's record and knows no painting; `Film` plays it and knows no caches or queues.
"""

import bisect
import inspect
import linecache
import math
from dataclasses import dataclass, field, replace
from html import escape
from itertools import chain
from textwrap import dedent

import numpy as np

from course.view import style
from course.view.canvas import EM, SCALE

SHAPES = ("disc", "ring", "square", "tile", "diamond", "triangle", "cross", "tick")
RADIUS = 5.0  # CSS pixels
SHORTEST = 10.0  # s that a film takes
FIRST = (-math.inf, 0.0, 0.0, RADIUS, 0.0, 0)  # what an actor has before its first keyframe


class Actor:
    """Something that moves, or stands and changes its state, in one lane.

    frames: its keyframes, (time, x, y, size, ring, number of the state); they are tuples because a
    film has some ten thousand of them. times, xs … states: the same, each as a list.
    """

    __slots__ = ("_states", "_story", "frames", "label", "name", "part_of")

    def __init__(self, name, label, states, part_of=None):
        self.name, self.label, self._states, self.part_of = name, label, states, part_of
        self.frames, self._story = [], []

    def at(self, time, x, y, state=None, *, size=None, ring=None):
        """Be at (x, y) at `time`; return the actor itself, so that calls can follow each other.

        state: one of the reel's, from now on; size: the radius in pixels; ring: the share (0 to 1)
        of a ring around it, for time that runs out. What is None stays as it was.
        ValueError if `time` is before that of the last keyframe.
        """
        last, _, _, old_size, old_ring, code = self.frames[-1] if self.frames else FIRST
        if time < last:
            raise ValueError(f"{self.name}: {time:g} s comes after {last:g} s")
        size, ring = old_size if size is None else size, old_ring if ring is None else ring
        code = code if state is None else self._states[state]
        self.frames.append((time, x, y, size, ring, code))
        return self

    def stay(self, time, state=None, **change):
        """Be, at `time`, where the last keyframe put it."""
        _, x, y, *_ = self.frames[-1]
        return self.at(time, x, y, state, **change)

    def remain(self, time, state=None, **change):
        """Stay until `time`, or until the last keyframe if that is later."""
        return self.stay(max(time, self.frames[-1][0]), state, **change)

    def halt(self, time):
        """Be, at `time`, where it has come to, and go no further."""
        return self._cut(time).remain(time)

    def go(self, start, end, x, y, state=None, *, size=None, ring=None):
        """Stay until `start`, then move to (x, y) until `end`; in `state` from `start` on.

        A move that is not over at `start` ends there, wherever it has come to.
        """
        frames = self.frames
        if start < frames[-1][0]:
            self._cut(start)
        last, old_x, old_y, old_size, old_ring, code = frames[-1]
        if last == start:  # one keyframe a moment is enough
            frames.pop()
        if end < start:
            raise ValueError(f"{self.name}: {end:g} s comes after {start:g} s")
        code = code if state is None else self._states[state]
        size, ring = old_size if size is None else size, old_ring if ring is None else ring
        frames.append((start, old_x, old_y, old_size, old_ring, code))
        frames.append((end, x, y, size, ring, code))
        return self

    def turn(self, time, state, **change):
        """Change to `state` at `time`, on the way or standing; a move goes on to where it ends."""
        end, x, y, *_ = self.frames[-1]
        if time >= end:
            return self.stay(time, state, **change)
        self._cut(time)
        if change:
            return self.stay(time, state, **change).at(end, x, y)
        *place, _ = self.frames.pop()
        self.frames.append((*place, self._states[state]))
        return self.at(end, x, y)

    def run_out(self, start, end, until=None):
        """Let a ring that is full at `start` run out until `end`, on the way or standing.

        until: when it is taken away, if before `end`. To be called when the actor is complete: all
        keyframes stay as they are, with a ring.
        """
        until = min(end if until is None else until, end, self.frames[-1][0])
        if until > start:
            for time in (start, start, until, until):
                self._insert(time)
            times = self.times
            for k in range(times.index(start) + 1, bisect.bisect_right(times, until) - 1):
                ring = (end - times[k]) / (end - start)
                self.frames[k] = (*self.frames[k][:4], ring, self.frames[k][5])
        return self

    def _insert(self, time):
        """Insert a keyframe that changes nothing, before any others at this time."""
        *place, _ = self.place(time)
        k = bisect.bisect_left(self.frames, (time,))
        self.frames.insert(k, (time, *place, self.frames[max(0, k - 1)][-1]))

    def _cut(self, time):
        """Forget what comes after `time`, and be there where the actor is then."""
        frames = self.frames
        if time >= frames[-1][0]:
            return self
        until = frames.pop()
        while frames[-1][0] > time:
            until = frames.pop()
        if frames[-1][0] < time:
            frames.append(_between(frames[-1], until, time))
        while len(frames) > 1 and frames[-2][0] == time:
            del frames[-2]
        return self

    def tell(self, time, words, *, call=None, line=None, cell=""):
        """Add to the actor's story what happened at `time`, in words.

        call: the `engine.watching.Call` that decided it: its line is marked in a listing, or
        another `line`, at which a process stood still then. cell: code that a reader can run in a
        cell to make that very call. words, cell: texts, or functions that return them, called when
        a reader asks for a story: in a film of many actors their texts take as long as their ways.
        """
        if call is not None and line is not None:
            call = replace(call, line=line)
        self._story.append((round(float(time), 6), words, call, cell))
        return self

    @property
    def story(self):
        """What happened, a list: (time, words, call, cell) of each sentence."""
        self._story[:] = [
            (time, _text(words), call, _text(cell)) for time, words, call, cell in self._story
        ]
        return self._story

    @property
    def told_at(self):
        """The times (s) of the story's sentences; makes none of their texts."""
        return [time for time, *_ in self._story]

    def place(self, time):
        """Return (x, y, size, ring, state's number) at `time`, or None when off the stage."""
        frames = self.frames
        if not frames or not frames[0][0] <= time <= frames[-1][0]:
            return None
        following = bisect.bisect_right(frames, (time, math.inf))
        if following == len(frames):
            return frames[-1][1:]
        return _between(frames[following - 1], frames[following], time)[1:]

    def _column(self, number):
        return [frame[number] for frame in self.frames]

    times = property(lambda self: self._column(0))
    xs = property(lambda self: self._column(1))
    ys = property(lambda self: self._column(2))
    sizes = property(lambda self: self._column(3))
    rings = property(lambda self: self._column(4))
    states = property(lambda self: self._column(5))


def _text(text):
    return text() if callable(text) else text


def _between(one, next_one, time):
    """Return the keyframe at `time` on the straight line between two others."""
    since, x, y, size, ring, code = one
    until, next_x, next_y, next_size, next_ring, _ = next_one
    share = (time - since) / (until - since)
    return (
        time,
        x + share * (next_x - x),
        y + share * (next_y - y),
        size + share * (next_size - size),
        ring + share * (next_ring - ring),
        code,
    )


@dataclass
class Counter:
    """A number that is shown below a lane's title: `values[i]` from `times[i]` on, 0 before."""

    name: str
    times: list
    values: list

    def at(self, time):
        """Return the number at `time`."""
        k = bisect.bisect_right(self.times, time) - 1
        return self.values[k] if k >= 0 else 0


@dataclass
class Lane:
    """One of the films that play side by side: its title, its Scene, its actors and counters."""

    title: str
    scene: object
    codes: dict
    actors: list = field(default_factory=list)
    counters: list = field(default_factory=list)

    def actor(self, name, label="", part_of=None):
        """Return a new Actor. name: what its story is headed with; label: written next to it.

        part_of: the actor of this lane whose story it tells, in place of one of its own.
        """
        actor = Actor(name, label, self.codes, part_of)
        self.actors.append(actor)
        return actor

    def count(self, name, times, values=None):
        """Show a Counter: one more at each of `times`, or `values` (numbers or texts) from then on.

        times: seconds, ascending if `values` are given.
        """
        if values is None:
            times = sorted(times)
            values = range(1, len(times) + 1)
        counter = Counter(name, [float(time) for time in times], list(values))
        self.counters.append(counter)
        return counter


class Reel:
    """A whole film. `lanes`: of Lane; `captions`: (time, words), in order of time once packed.

    start, end: of the film, in seconds of the run. rate: how many of them play in a second; fewer
    where the film would else be over before SHORTEST seconds, such as after an early failure.
    states: dict from the name of a state to (colour of `view.style`, one of SHAPES), in the order
    of the legend. clock: (divisor, unit) of the time that is shown: (60, "min"); (3600, "h:mm")
    for a time of the day, and (1, "calls") for what is counted.
    fate: why the run ended early, the sentence about the student's component; "" if it did not.
    """

    def __init__(self, *, end, states, start=0.0, rate=0.1, clock=(1, "s"), fate=""):
        for name, (_, shape) in states.items():
            if shape not in SHAPES:
                raise ValueError(f"{name}: no shape {shape!r}; there are {', '.join(SHAPES)}")
        self.start, self.end, self.most, self.clock = float(start), float(end), rate, clock
        self.states, self.fate = states, fate
        self.codes = {name: code for code, name in enumerate(states)}
        self.lanes, self.captions, self.marks = [], [], []

    @property
    def rate(self):
        """How many seconds of the run play in a second."""
        return min(self.most, (self.end - self.start) / SHORTEST)

    def lane(self, title, scene):
        """Return a new Lane; the first one is the student's."""
        self.lanes.append(Lane(title, scene, self.codes))
        return self.lanes[-1]

    def caption(self, time, words):
        """Show `words` below the stage from `time` on, until the next caption."""
        self.captions.append((float(time), words))

    def mark(self, name, time, actor):
        """Make a button `name` that goes to `time` and selects the actor: "the worst request"."""
        self.marks.append((name, float(time), actor))

    def still(self, share=0.5):
        """Return the first lane after this share of the film's time as one SVG document."""
        now = self.start + share * (self.end - self.start)
        lane, dots = self.lanes[0], []
        colours = [style.variable(c.lower().lstrip("#"), "c") for c, _ in self.states.values()]
        for actor in lane.actors:
            if place := actor.place(now):
                x, y, size, _, state = place
                dots.append(
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{colours[state]}"/>'
                )
        scene = lane.scene
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{scene.view_box}" width="{scene.width}" height="{scene.height}" role="img" '
            f'font-size="{EM}" class="explore-still"><title>{escape(lane.title)}</title>'
            f"<style>{style.css()}</style>"
            f'{scene.svg}<g transform="scale({1 / SCALE:g})">{"".join(dots)}</g></svg>'
        )

    def packed(self):
        """Return the whole reel: what `pictures` returns, each lane with its `stories`."""
        reel, told = self.pictures(), self.stories()
        for lane, stories in zip(reel["lanes"], told["lanes"], strict=True):
            lane["stories"] = stories
        return reel | {"listings": told["listings"]}

    def stories(self):
        """Return the stories of all actors as film.js reads them, and the listings they mark."""
        listings = []
        lanes = [
            [[_told(each, listings) for each in actor.story] for actor in lane.actors]
            for lane in self.lanes
        ]
        return {"lanes": lanes, "listings": [_listing(code) for code in listings]}

    def pictures(self):
        """Return the reel as film.js reads it, without stories: plain values, arrays as bytes."""
        scenes = []
        lanes = [self._lane(lane, scenes) for lane in self.lanes]
        captions = sorted(self.captions, key=lambda each: each[0])
        if self.fate:
            captions.append((self.end, self.fate))
        where = {
            id(actor): (i, j)
            for i, lane in enumerate(self.lanes)
            for j, actor in enumerate(lane.actors)
        }
        return {
            "start": self.start,
            "end": self.end,
            "rate": self.rate,
            "clock": list(self.clock),
            "states": [
                [name, style.variable(colour.lower().lstrip("#"), "c"), shape]
                for name, (colour, shape) in self.states.items()
            ],
            "lanes": lanes,
            "scenes": [
                {"box": s.view_box, "width": s.width, "height": s.height, "svg": s.svg}
                for s in scenes
            ],
            "captions": [[time, style.spaced(words)] for time, words in captions],
            "marks": [[name, time, *where[id(actor)]] for name, time, actor in self.marks],
        }

    def _lane(self, lane, scenes):
        actors = lane.actors
        if not any(lane.scene is each for each in scenes):
            scenes.append(lane.scene)
        scene = next(i for i, each in enumerate(scenes) if each is lane.scene)
        number = {id(actor): i for i, actor in enumerate(actors)}
        told = [actor.told_at for actor in actors]
        first = np.cumsum([0, *(len(actor.frames) for actor in actors)], dtype=np.uint32)
        numbers = chain.from_iterable(frame for actor in actors for frame in actor.frames)
        *columns, states = np.fromiter(numbers, np.float32).reshape(-1, 6).T
        names = ("time", "x", "y", "size", "ring")
        return {
            "title": lane.title,
            "scene": scene,
            "first": first.tobytes(),
            "state": states.astype(np.uint8).tobytes(),
            **{name: each.tobytes() for name, each in zip(names, columns, strict=True)},
            "names": [actor.name for actor in actors],
            "labels": [actor.label for actor in actors],
            "tellers": [number[id(actor.part_of or actor)] for actor in actors],
            "tells": bytes(bool(times) for times in told),
            "events": np.unique(np.fromiter(chain.from_iterable(told), np.float64)).tobytes(),
            "counters": [[each.name, each.times, _shown(each.values)] for each in lane.counters],
        }


def _shown(values):
    return [style.spaced(value) if isinstance(value, str) else value for value in values]


def _told(entry, listings):
    """Return one sentence of a story, with the number of its listing and the line marked in it."""
    time, words, call, cell = entry
    words = style.spaced(words)
    if call is None or call.code is None or not linecache.getlines(call.code.co_filename):
        return [time, words, -1, 0, cell]
    if call.code not in listings:
        listings.append(call.code)
    return [time, words, listings.index(call.code), call.line, cell]


def _listing(code):
    """Return the source of a function as [its name, number of its first line, lines]."""
    first = code.co_firstlineno
    lines = inspect.getblock(linecache.getlines(code.co_filename)[first - 1 :])
    name = code.co_qualname.rpartition("<locals>.")[2]
    return [name, first, dedent("".join(lines)).splitlines()]
