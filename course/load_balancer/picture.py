"""What a run of the load balancer looks like: a row of requests for each server, then two numbers.

One meaning for each color: blue is the rule that runs, gray is random balancing on the same
traffic, green is one shared queue, vermilion is what failed, purple is the prediction.
"""

from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.engine.record import milliseconds
from course.view import style

SERVERS = 8  # rows at most: 7, and one that joins
TIMES = np.linspace(0, 60, 240, endpoint=False) + 0.125
SECONDS = np.arange(60) + 0.5
MOST = 100  # requests in a server, the upper edge of its row
SLOWEST = 5  # s, the edge of the bars; what is beyond an edge is drawn at it
MOST_FAILED = 1000
TAIL = (50, 90, 99.9)  # %, next to the 99 that the bars show
SCALE = ("– 0", f"– {MOST}+")
TITLE = "99 % of the served requests take at most (s)"


class BalancePicture:
    """Left: the requests in each server over time. Right: the 99th percentile, and the failures."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, axes = style.figure(2, 2, width=7.6, height=3.2)
        self.figure.set_layout_engine("none")
        axes[1, 0].remove()
        axes[0, 0].set_position((0.07, 0.24, 0.37, 0.66))
        axes[0, 1].set_position((0.515, 0.41, 0.45, 0.49))
        axes[1, 1].set_position((0.515, 0.085, 0.45, 0.18))
        self._prepare_rows(axes[0, 0])
        edges = {"xlim": (0, SLOWEST), "ylim": (4, 0), "title": TITLE}
        self.latency = Bars(axes[0, 1], 4, **edges)
        axes[0, 1].set_xticks(range(6), [*range(5), f"{SLOWEST}+"])
        edges = {"xlim": (0, MOST_FAILED), "ylim": (2, 0), "title": "Requests that failed"}
        self.failures = Bars(axes[1, 1], 2, **edges)
        axes[1, 1].set_xticks([0, 250, 500, 750, 1000], ["0", "250", "500", "750", "1,000+"])
        (self.guess,) = axes[0, 1].plot([], [], clip_on=False, **style.PREDICTION)
        (self.tail,) = axes[0, 1].plot([], [], "|", color=style.INK, markersize=9, clip_on=False)
        self.moving = (
            *(self.outage, self.queues, self.chance, self.failed, self.dead, self.moment),
            *(*self.scale, *self.names, *self.then),
            *(*self.latency.moving, *self.failures.moving, self.guess, self.tail),
        )

    def _prepare_rows(self, axes):
        axes.set(xlim=(0, 60), ylim=(0, 1), xlabel="time (s)", yticks=[])
        axes.set_title("How many requests are in each server?")
        axes.spines["left"].set_visible(False)
        look = {"facecolor": style.PALE, "hatch": "//", "edgecolor": style.PAPER}
        self.outage = axes.add_patch(Rectangle((0, 0), 0, 0, **look))
        self.queues = axes.broken_barh(
            [(0, 1)], (0, 1), facecolor=style.SKY, edgecolor=style.BLUE, linewidth=0.8
        )
        (self.chance,) = axes.plot([], [], **style.BASELINE | {"linewidth": 1.2})
        self.failed = axes.broken_barh([(0, 1)], (0, 1), facecolor=style.VERMILION, linewidth=0)
        self.dead = axes.text(0, 0, "", fontsize=9, ha="center", va="center")
        (self.moment,) = axes.plot([], [], color=style.INK, linewidth=1)
        self.scale = [axes.text(60, 0, text, va="center", fontsize=9) for text in SCALE]
        self.names = [axes.text(-1, 0, "", ha="right", fontsize=9) for _ in range(SERVERS)]
        paper = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1}
        self.then = [
            axes.text(0, 0, "", fontsize=9, va="center", bbox=paper) for _ in range(SERVERS)
        ]
        style.legend_below(
            axes,
            left=-0.17,
            down=0.21,
            ncols=3,
            handles=[self.queues, self.chance, self.failed],
            labels=["this rule", "random, same traffic", "failed"],
            columnspacing=1.2,
            handlelength=1.6,
        )

    def show(self, *, name, result, random, ideal, prediction, tail):
        """Draw a balancer's `result`; return (finding, words).

        name: the balancer's; random: random balancing on the same traffic; ideal: latencies (s)
        with one shared queue; prediction: of the latency that 99 % stay below (ms), or None; tail:
        whether to mark more than the 99th percentile.
        The shared queue is not drawn when a server dies: it loses no request, so it has more to do
        than a balancer that does, and is no ideal.
        """
        queues = self._show_rows(result, random)
        rows = {name: (result.latency, style.BLUE)}
        rows.setdefault("random", (random.latency, style.GREY))
        if not result.health.dead:
            rows["one shared queue"] = (ideal, style.GREEN)
        shares = [_percentiles(latency) for latency, _ in rows.values()]
        p99 = {each: at[-1] for each, at in zip(rows, shares, strict=True)}
        bars = [(each, milliseconds(p99[each]), p99[each], rows[each][1]) for each in rows]
        marks = [seconds for at in shares for seconds in at[:-1]]
        heights = np.repeat(np.arange(len(rows)), len(TAIL)) + 0.65
        self.tail.set_data(np.minimum(marks, SLOWEST), heights)
        self.tail.set_visible(tail)
        predicted = ""
        self.guess.set_data([], [])
        if prediction is not None:
            predicted = f" You predicted {prediction:,.0f} ms."
            self.guess.set_data([min(prediction / 1000, SLOWEST)], [len(bars) + 0.72])
            bars.append(("your prediction", f"{prediction:,.0f} ms", 0, style.PURPLE))
        self.latency.show(bars)
        self.failures.show(
            [
                (name, f"{result.errors:,}", result.errors, style.VERMILION),
                ("random", f"{random.errors:,}", random.errors, style.GREY),
            ][: 1 if result is random else 2]
        )
        finding = f"99 % within {milliseconds(p99[name])}"
        told = [f"{each} {text}" for each, text, *_ in bars[1:] if each in rows]
        compared = f" ({', '.join(told)})" if told else ""
        if result.errors:
            finding = f"{result.errors:,} failed, 99 % of the served {finding[5:]}"
        more = ""
        if tail:
            half, most, nearly = (milliseconds(seconds) for seconds in marks[: len(TAIL)])
            more = f" Half take at most {half}, 90 % {most}, 99.9 % {nearly}."
        return f"{name}: {finding}{compared}", (
            f"Of {len(result):,} requests {result.errors:,} failed (random {random.errors:,}). "
            f"{queues}.{more}{predicted}"
        )

    def _show_rows(self, result, random):
        """Draw the servers' rows; return what they show."""
        names, counts = result.names[:-1], _counts(result)
        rows = {name: 1 - (place + 1) / len(names) for place, name in enumerate(names)}
        absent = [("", 0.0)] * (SERVERS - len(rows))
        high, floors = 0.9 / len(names), np.array([*rows.values()])[:, None]
        for text, (name, floor) in zip(self.names, [*rows.items(), *absent], strict=True):
            text.set(text=name, y=floor)
        area = floors + high * _share(counts)
        self.queues.set_verts(
            [
                [(0, floor), *zip(SECONDS, top, strict=True), (60, floor)]
                for floor, top in zip(rows.values(), area, strict=True)
            ]
        )
        chance = counts if random is result else _counts(random)
        edge = np.pad(floors + high * _share(chance), ((0, 0), (0, 1)), constant_values=np.nan)
        self.chance.set_data(np.tile([*SECONDS, 60], len(names)), edge.ravel())
        self.chance.set_visible(result is not random)
        for text, y in zip(
            self.scale, (1 - 1 / len(names), 1 - 1 / len(names) + high), strict=True
        ):
            text.set_y(y)
        self._show_outage(result, rows, high)
        return self._show_moment(result, counts, rows, high)

    def _show_outage(self, result, rows, high):
        """Draw failures where they happen: in the row of the server that is dead."""
        self.outage.set_bounds(0, 0, 0, 0)
        self.dead.set_text("")
        self.failed.set_verts([])
        for name, start, end in result.health.dead:
            floor = rows[name]
            self.outage.set_bounds(start, floor, end - start, high)
            self.dead.set_text(f"dead: {result.errors:,} failed")
            self.dead.set_position((min(max((start + end) / 2, 12), 48), floor + 0.7 * high))
            quarters = np.unique(result.finished_at[result.failed] // 0.25) * 0.25
            runs = np.split(quarters, np.flatnonzero(np.diff(quarters) > 0.25) + 1)
            spans = [(run[0], run[-1] + 0.25) for run in runs if run.size]
            top = floor + 0.4 * high
            self.failed.set_verts(
                [[(begin, floor), (begin, top), (end, top), (end, floor)] for begin, end in spans]
            )

    def _show_moment(self, result, counts, rows, high):
        """Mark when most requests were in one server while another was idle; return that.

        Not where a server dies: that is another question.
        """
        most = most_next_to_idle(result, counts) if not result.health.dead else None
        at = most.place if most else 0
        self.moment.set_data([TIMES[at]] * 2 if most else [], [0, 1] if most else [])
        late = TIMES[at] > 52
        side = {"x": TIMES[at] + (-0.7 if late else 0.7), "ha": "right" if late else "left"}
        then = counts[:, at].tolist() if most else []
        for text, number, floor in zip_longest(self.then, then, rows.values()):
            text.set(
                text="" if number is None else f"{number}", y=(floor or 0) + 0.5 * high, **side
            )
        if not most:
            return f"At most {counts.max():,} at once in one server"
        return (
            f"At {TIMES[at]:.0f} s (the vertical line) {most.requests:,} requests were in "
            f"{most.server} while {most.idle} was idle"
        )


class Bars:
    """Up to `rows` horizontal bars, each with a name and its value in words above it."""

    def __init__(self, axes, rows, **limits):
        axes.set(yticks=[], **limits)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", length=0, pad=2)
        self.edge = axes.get_xlim()[1]
        self.bars = [axes.add_patch(Rectangle((0, row + 0.5), 0, 0.3)) for row in range(rows)]
        self.texts = [axes.text(0, row + 0.42, "", va="baseline") for row in range(rows)]
        self.moving = (*self.bars, *self.texts)

    def show(self, rows):
        """Draw rows of (name, value in words, value, color); a bar ends at the edge."""
        rows = [*rows, *[("", "", 0, style.GREY)] * (len(self.bars) - len(rows))]
        for (name, told, value, color), bar, text in zip(rows, self.bars, self.texts, strict=True):
            bar.set_width(min(value, self.edge) if value == value else 0)
            bar.set_facecolor(color)
            text.set_text(f"{name}: {told}" if name else "")


def _share(counts):
    """Return how full each row is (0 to 1): by the most requests in each second."""
    return np.minimum(counts.reshape(len(counts), SECONDS.size, -1).max(axis=2), MOST) / MOST


def _counts(result):
    """Return requests in each server (rows) at each of TIMES (columns)."""
    return np.array([result.number_in_system(TIMES, name) for name in result.names[:-1]])


class Crowd(NamedTuple):
    """Requests in one server while another is idle; `place` is that of the moment in TIMES."""

    place: int
    requests: int
    server: str
    idle: str


def most_next_to_idle(result, counts=None):
    """Return the largest Crowd of a run; None if there is none of two requests or more.

    Idle: has been used before, and has nothing to do.
    """
    counts = _counts(result) if counts is None else counts
    places = range(len(counts))
    first = [result.arrived_at[result.place == place].min(initial=np.inf) for place in places]
    idle = (counts == 0) & (np.array(first)[:, None] < TIMES)
    busiest = np.where(idle.any(axis=0), counts.max(axis=0), 0)
    at = int(busiest.argmax())
    full, empty = counts[:, at].argmax(), idle[:, at].argmax()
    crowd = Crowd(at, int(busiest[at]), result.names[full], result.names[empty])
    return crowd if crowd.requests > 1 else None


def _percentiles(latency):
    """Return those of TAIL and the 99th, in seconds; nan if nothing was served."""
    shares = (*TAIL, 99)
    return np.percentile(latency, shares).tolist() if latency.size else [np.nan] * len(shares)
