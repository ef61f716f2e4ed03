"""What a run of the load balancer looks like: queues over time, the tail of latency."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from course.engine.record import milliseconds
from course.view import style

TIMES = np.linspace(0, 60, 240, endpoint=False) + 0.125
WINDOWS = TIMES.reshape(30, 8)  # of two seconds each
SHARES = np.geomspace(1, 1e-4, 160)
FASTEST, SLOWEST = 10, 100_000  # ms, the edges; what is beyond is drawn at them
MOST = 2000  # requests in a server, the upper edge


class BalancePicture:
    """Left: requests in each server over time. Right: share of requests slower than x.

    predicts: whether there is a prediction to draw.
    """

    @rc_context(style.LOOK)
    def __init__(self, predicts=False):
        self.figure, (queues, tail) = style.figure(1, 2, width=8.2, height=4.2)
        self._prepare_queues(queues)
        self._prepare_tail(tail, predicts)
        self.moving = (
            *(self.outage, self.dead, self.busiest_random, *self.lines),
            *self.covers,
            *(*self.tails.values(), *self.marks.values(), self.prediction),
        )

    def _prepare_queues(self, axes):
        axes.set(xlim=(0, 60), xlabel="time (s)", ylabel="requests in each server (2 s means)")
        axes.set_yscale("symlog", linthresh=10)
        axes.set_ylim(0, MOST)
        axes.set_yticks([0, 5, 10, 100, 1000, MOST], ["0", "5", "10", "100", "1,000", "2,000+"])
        self.outage = axes.axvspan(0, 1, facecolor=style.PALE, hatch="//", edgecolor="white")
        self.dead = axes.text(0, 900, "", fontsize=9, ha="center")
        (self.busiest_random,) = axes.plot([], [], label="busiest, random", **style.BASELINE)
        self.lines = []
        for number, (colour, marker) in enumerate(zip(style.SERVERS, style.MARKERS, strict=True)):
            look = {"color": colour, "marker": marker, "markersize": 5, "linewidth": 1.3}
            look["markevery"] = (number % 6, 6)
            self.lines += axes.plot([], [], **look, label=f"web-{number + 1}")
        shown = [self.busiest_random, *self.lines]
        columns = [shown[place] for first in range(3) for place in range(first, 9, 3)]
        self.legend = style.legend_below(axes, left=-0.1, ncols=3, handles=columns)
        # drawing text is slow: the legend is drawn once, and entries of absent servers are covered
        self.covers = [
            self.figure.add_artist(Rectangle((0, 0), 0, 0, color=style.PAPER, zorder=9))
            for _ in self.lines
        ]

    def _cover(self, servers):
        """Show the first `servers` entries of the legend only."""
        entries = zip(self.legend.get_lines(), self.legend.get_texts(), strict=True)
        places = {
            text.get_text(): Bbox.union([handle.get_window_extent(), text.get_window_extent()])
            for handle, text in entries
        }
        for number, (cover, line) in enumerate(zip(self.covers, self.lines, strict=True)):
            box = places[line.get_label()].padded(6).transformed(self.figure.transFigure.inverted())
            cover.set_bounds(box.bounds)
            cover.set_visible(number >= servers)

    def _prepare_tail(self, axes, predicts):
        axes.set(xscale="log", yscale="log", xlim=(FASTEST, SLOWEST), ylim=(2e-4, 1.15))
        axes.set(xlabel="latency x (ms)", ylabel="share of served requests slower than x")
        ticks = ["10", "100", "1,000", "10,000", "100,000+"]
        axes.set_xticks([FASTEST, 100, 1000, 10_000, SLOWEST], ticks)
        axes.set_yticks([1, 0.1, 0.01, 0.001], ["100 %", "10 %", "1 %", "0.1 %"])
        axes.minorticks_off()
        axes.axhline(0.01, color=style.INK, linewidth=0.8)
        axes.text(11, 0.0107, "99 % are faster", fontsize=9, va="bottom")
        looks = {
            "yours": ("this algorithm", "o", style.YOURS),
            "random": ("random", "s", style.BASELINE),
            "ideal": ("one shared queue (ideal)", "^", {"color": style.ORANGE, "linewidth": 1.2}),
        }
        self.tails, self.marks, handles = {}, {}, []
        for key, (label, marker, look) in looks.items():
            mark = {"color": look["color"], "marker": marker, "markersize": 7}
            (self.tails[key],) = axes.plot([], [], **look)
            (self.marks[key],) = axes.plot([], [], **mark, linestyle="none")
            handles += axes.plot([], [], **look | mark, label=label)
        (self.prediction,) = axes.plot([], [], **style.PREDICTION)
        if predicts:
            handles += axes.plot([], [], **style.PREDICTION, label="your prediction")
        style.legend_below(axes, left=-0.2, handles=handles)

    def show(self, *, name, result, random, ideal, prediction):
        """Draw a balancer's `result`; return (finding, words).

        name: the balancer's; random: random balancing on the same traffic; ideal: latencies (s)
        with one shared queue; prediction: of the latency that 99 % stay below (ms), or None.
        The shared queue is not drawn when a server dies: it loses no request, so it has more to do
        than a balancer that does, and is no ideal.
        """
        queues = self._show_queues(result, random)
        latencies = {"yours": result.latency, "random": random.latency, "ideal": ideal}
        p99 = {
            key: milliseconds(self._show_tail(key, latency)) for key, latency in latencies.items()
        }
        self.prediction.set_data([], [])
        predicted = ""
        if prediction is not None:
            self.prediction.set_data([np.clip(prediction, FASTEST, SLOWEST)], [0.01])
            predicted = f" You predicted {prediction:,.0f} ms."
        whole = not result.health.dead
        for artist in (self.tails["ideal"], self.marks["ideal"]):
            artist.set_visible(whole)
        finding = f"{name}: 99 % within {p99['yours']} (random {p99['random']})"
        if result.errors:
            finding = f"{name}: {result.errors:,} failed (random {random.errors:,}), "
            finding += f"99 % of the served within {p99['yours']} (random {p99['random']})"
        shared = f", one shared queue {p99['ideal']}" if whole else ""
        return finding, (
            f"Of {len(result):,} requests {result.errors:,} failed (random {random.errors:,}); 99 "
            f"% of the served ones took at most {p99['yours']} (random {p99['random']}{shared}). "
            f"{queues}.{predicted}"
        )

    def _show_queues(self, result, random):
        """Draw the queues; return what they show."""
        names = result.names[:-1]
        counts = _counts(result)
        for line, count in zip(self.lines, counts, strict=False):
            means = count.reshape(WINDOWS.shape).mean(axis=1)
            line.set_data(WINDOWS.mean(axis=1), np.minimum(means, MOST))
            line.set_visible(True)
        for line in self.lines[len(names) :]:
            line.set_visible(False)
        self._cover(len(names))
        busiest = _counts(random).max(axis=0).reshape(WINDOWS.shape).mean(axis=1)
        self.busiest_random.set_data(WINDOWS.mean(axis=1), np.minimum(busiest, MOST))
        self._show_outage(result)
        beside_idle = counts.max(axis=0)[_someone_idle(result, counts)].max(initial=0)
        if beside_idle > 1:
            return f"{beside_idle:,} requests in one server while another was idle"
        return f"At most {counts.max():,} at once in one server"

    def _show_outage(self, result):
        shown = bool(result.health.dead)
        self.outage.set_visible(shown)
        self.dead.set_visible(shown)
        if shown:
            name, start, end = result.health.dead[0]
            self.outage.set_bounds(start, 0, end - start, 1)
            self.dead.set_text(f"{name} is dead:\n{result.errors:,} requests fail")
            self.dead.set_x(min(max((start + end) / 2, 12), 48))

    def _show_tail(self, key, latency):
        """Draw one tail; return its 99th percentile (s), nan if nothing was served."""
        latency = np.sort(latency) * 1000
        if not latency.size:
            latency = np.array([float("nan")])
        rows = np.minimum((latency.size * (1 - SHARES)).astype(int), latency.size - 1)
        inside = np.minimum(latency[rows], SLOWEST)
        self.tails[key].set_data(inside, np.maximum(SHARES, 1 / latency.size))
        p99 = float(np.percentile(latency, 99))
        self.marks[key].set_data([min(p99, SLOWEST)], [0.01])
        return p99 / 1000


def _counts(result):
    """Return requests in each server (rows) at each of TIMES (columns)."""
    return np.array([result.number_in_system(TIMES, name) for name in result.names[:-1]])


def _someone_idle(result, counts):
    """Return at which of TIMES a living server that has been used before had nothing to do."""
    idle = counts == 0
    for row, name in enumerate(result.names[:-1]):
        used = result.arrived_at[result.place == row]
        idle[row] &= used.min(initial=np.inf) < TIMES
        for dead, start, end in result.health.dead:
            if dead == name:
                idle[row] &= (start > TIMES) | (end + 1 < TIMES)
    return idle.any(axis=0)
