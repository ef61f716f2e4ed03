"""Two centers that drift apart and come together again, and the writes that this loses."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.data_centers.sync import NAMES
from course.data_centers.theory import expected_lost
from course.view import style

LENGTH, QUIET = 240, 180  # s: the whole time; from when on nobody writes any more
WAITS = np.geomspace(0.05, 200, 120)  # s
BINS = np.geomspace(0.05, 200, 9)
FEWEST = 40  # writes: of fewer there is no dot


class SyncPicture:
    """Left: keys on which the centers differ, over time. Right: writes lost, by their delay."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (differ, lost) = style.figure(1, 2, width=8.2, height=4.3)
        differ.set(xlim=(0, LENGTH), ylim=(0, 100), xlabel="time (s)")
        differ.set_ylabel("keys on which the centers differ (%)")
        differ.set_xticks(range(0, LENGTH + 1, 60))
        look = {"facecolor": style.PALE, "hatch": "//", "edgecolor": style.PAPER}
        self.cut = differ.add_patch(Rectangle((0, 0), 0, 100, **look))
        differ.axvline(QUIET, color=style.INK, linewidth=0.8, linestyle=":")
        differ.text(QUIET + 4, 93, "nobody writes", fontsize=9, color=style.INK)
        (self.ghost,) = differ.plot([], [], **style.BASELINE)
        mine = style.YOURS | {"marker": "o", "markersize": 4, "markevery": 3}
        (self.mine,) = differ.plot([], [], **mine)
        differ.legend(
            [self.mine, self.ghost, self.cut],
            ["your LastWriterWins", "what arrives last stays", "line is cut"],
            loc="lower left",
            bbox_to_anchor=(-0.14, 1.0),
        )
        lost.set(xscale="log", xlim=(0.05, 200), ylim=(0, 75))
        lost.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
        lost.minorticks_off()
        lost.set(xlabel="s until the other center has a write", ylabel="of these writes lost (%)")
        (self.theory,) = lost.plot([], [], **style.THEORY, label="expected, with good clocks")
        self.dots = [
            lost.plot([], [], mark, color=colour, markersize=7, label=f"written in {name}")[0]
            for mark, colour, name in zip("os", (style.BLUE, style.VERMILION), NAMES, strict=True)
        ]
        lost.legend(loc="lower left", bbox_to_anchor=(-0.14, 1.0))
        self.moving = (self.cut, self.ghost, self.mine, self.theory, *self.dots)

    def show(self, *, result, keys, clock_ahead):
        """Draw a SyncResult with `keys` keys; return (finding, words). clock_ahead: seconds."""
        begins, ends = result.cut
        self.cut.set_bounds(begins, 0, ends - begins, 100)
        for line, counts in ((self.ghost, result.last_arrived), (self.mine, result.differing)):
            line.set_data(result.times, 100 * counts / keys)
        self.theory.set_data(WAITS, 100 * expected_lost(WAITS, result.rate))
        waits = np.clip(result.arrived_at - result.writes.times, BINS[0], None)
        for center, dots in enumerate(self.dots):
            dots.set_data(*_shares(waits, result.lost, result.writes.centers == center))
        return _finding(result), _words(result, keys, clock_ahead)


def _shares(waits, lost, chosen):
    """Return (mean wait, % lost) of the chosen writes in each of BINS with enough of them."""
    bins = np.digitize(waits, BINS)
    dots = [chosen & (bins == number) for number in range(1, BINS.size)]
    dots = [rows for rows in dots if rows.sum() >= FEWEST]
    return [waits[rows].mean() for rows in dots], [100 * lost[rows].mean() for rows in dots]


def _finding(result):
    count = len(result.lost)
    finding = f"{int(result.lost.sum()):,} of {count:,} writes are lost ({result.lost.mean():.1%})"
    if result.split:
        return f"{finding}, and in the end the centers differ on {result.split} keys"
    return f"{finding}; in the end both centers hold the same"


def _words(result, keys, clock_ahead):
    held = (result.writes.times >= result.cut[0]) & (result.writes.times < result.cut[1])
    words = (
        f"{result.blind.mean():.1%} of the writes were made without having seen the key's newest "
        f"write of the other center. "
    )
    if held.any():
        words += (
            f"Of the writes made while the line was cut {result.lost[held].mean():.1%} are lost, "
            f"of the others {result.lost[~held].mean():.1%}. "
        )
    words += (
        f"Nobody writes after {QUIET} s. In the end, at {LENGTH} s, your centers differ on "
        f"{result.differing[-1] / keys:.0%} of the keys; where what arrives last stays, on "
        f"{result.last_arrived[-1] / keys:.0%}."
    )
    if clock_ahead:
        words += f" {NAMES[1]}'s clock is {clock_ahead:g} s ahead."
    if result.wrong:
        words += f" {result.wrong} keys do not hold what has the latest timestamp."
    return words
