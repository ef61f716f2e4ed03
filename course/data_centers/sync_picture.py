"""Two centers that drift apart and come together again, and the writes that this loses."""

from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.data_centers.map_picture import COLOURS
from course.data_centers.sync import NAMES
from course.view import style

LENGTH, QUIET = 240, 180  # s: the whole time; from when on no writes come


class SyncPicture:
    """Left: keys on which the centers differ, over time. Right: the share of lost writes."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (differ, lost) = style.figure(1, 2, width=7.2, height=3.9)
        differ.set(xlim=(0, LENGTH), ylim=(0, 103), xlabel="time (s)", ylabel="keys (%)")
        differ.set(title="On how many keys do the centers differ?")
        differ.set_xticks(range(0, LENGTH + 1, 60))
        look = {"facecolor": style.PALE, "hatch": "//", "edgecolor": style.PAPER}
        self.cut = differ.add_patch(Rectangle((0, 0), 0, 103, **look))
        differ.axvline(QUIET, color=style.INK, linewidth=0.8, linestyle=":")
        differ.text(QUIET + 4, 88, "no more\nwrites", fontsize=9, color=style.INK)
        (self.ghost,) = differ.plot([], [], **style.BASELINE)
        (self.mine,) = differ.plot([], [], color=style.INK, linewidth=1.8)
        shown = {
            "your LastWriterWins": self.mine,
            "line is cut": self.cut,
            "what arrives last stays": self.ghost,
        }
        style.legend_below(
            differ, down=0.2, handles=shown.values(), labels=shown, columnspacing=0.8
        )
        lost.set(xlim=(0, 100), ylim=(3.6, -0.75), yticks=[], xlabel="of these writes lost (%)")
        lost.set_title("Which writes are lost?")
        self.rows = [(when, center) for when in ("line up", "line cut") for center in (0, 1)]
        self.bars = [
            lost.add_patch(Rectangle((0, row), 0, 0.35, color=COLOURS[center]))
            for row, (_, center) in enumerate(self.rows)
        ]
        place = {"x": 1, "s": "", "va": "bottom", "fontsize": 9}
        self.texts = [lost.text(y=row - 0.06, **place) for row in range(len(self.rows))]
        self.moving = (self.cut, self.ghost, self.mine, *self.bars, *self.texts)

    def show(self, *, result, keys, clock_ahead):
        """Draw a SyncResult with `keys` keys; return (finding, words). clock_ahead: seconds."""
        begins, ends = result.cut
        self.cut.set_bounds(begins, 0, ends - begins, 103)
        for line, counts in ((self.ghost, result.last_arrived), (self.mine, result.differing)):
            line.set_data(result.times, 100 * counts / keys)
        for bar, text, (when, center) in zip(self.bars, self.texts, self.rows, strict=True):
            chosen = (result.writes.centers == center) & (held(result) == (when == "line cut"))
            share = result.lost[chosen].mean() if chosen.any() else 0.0
            bar.set_width(100 * share)
            told = f"{100 * share:.0f} %" if chosen.any() else "none written"
            text.set_text(f"{NAMES[center]}, {when}: {told}")
        return _finding(result), _words(result, keys, clock_ahead)


def held(result):
    """Return which writes were made while the line was cut."""
    return (result.writes.times >= result.cut[0]) & (result.writes.times < result.cut[1])


def _finding(result):
    count = len(result.lost)
    finding = f"{int(result.lost.sum()):,} of {count:,} writes are lost ({result.lost.mean():.1%})"
    if result.split:
        return f"{finding}, and in the end the centers differ on {result.split} keys"
    return f"{finding}; in the end both centers hold the same"


def _words(result, keys, clock_ahead):
    cut = held(result)
    words = (
        f"{result.blind.mean():.1%} of the writes were made without having seen the key's newest "
        f"write of the other center. "
    )
    if cut.any():
        words += (
            f"Of the writes made while the line was cut {result.lost[cut].mean():.1%} are lost, "
            f"of the others {result.lost[~cut].mean():.1%}. "
        )
    words += (
        f"No writes come after {QUIET} s. In the end, at {LENGTH} s, your centers differ on "
        f"{result.differing[-1] / keys:.0%} of the keys; where what arrives last stays, on "
        f"{result.last_arrived[-1] / keys:.0%}."
    )
    if clock_ahead:
        words += f" {NAMES[1]}'s clock is {clock_ahead:g} s ahead."
    if result.wrong:
        words += f" {result.wrong} keys do not hold what has the latest timestamp."
    return words
