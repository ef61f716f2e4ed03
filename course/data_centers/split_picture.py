"""Four hundred users and their centers, who moves, and how many must."""

import numpy as np
from matplotlib import rc_context
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from course.data_centers.map_picture import COLOURS, MARKS
from course.data_centers.world import OPENING_ORDER
from course.view import style

SIDE = 20
GRID = np.stack(np.divmod(np.arange(SIDE * SIDE), SIDE)[::-1], axis=1)


class SplitPicture:
    """Left: users by center, and who moved. Right: how many moved, against how many must."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (users, moved) = style.figure(1, 2, width=7.4, height=4.3)
        self._prepare_users(users)
        self._prepare_moved(moved)
        self.moving = (*self.users, self.ring, *self.bars, *self.texts)

    def _prepare_users(self, axes):
        axes.set(xlim=(-0.7, SIDE - 0.3), ylim=(SIDE - 0.3, -0.7), aspect="equal")
        axes.set(title="Who moves?", xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
        look = {"edgecolors": "none", "s": 48}
        self.users = [
            axes.scatter([], [], marker=mark, c=colour, **look)
            for mark, colour in zip(MARKS, COLOURS, strict=True)
        ]
        ring = {"facecolors": "none", "edgecolors": style.INK, "linewidths": 1.2, "s": 90}
        self.ring = axes.scatter([], [], marker="s", **ring)
        dot = {"linestyle": "none", "markersize": 7}
        handles = [
            Line2D([], [], marker=mark, color=colour, **dot)
            for mark, colour in zip(MARKS, COLOURS, strict=True)
        ]
        handles.append(Line2D([], [], marker="s", mfc="none", mec=style.INK, **dot))
        labels = [*OPENING_ORDER, "moved"]
        style.legend_below(axes, left=-0.02, down=0.02, ncols=3, handles=handles, labels=labels)

    def _prepare_moved(self, axes):
        axes.set(xlim=(0, 100), ylim=(2.6, -0.75), yticks=[], xlabel="users (%)")
        axes.set_title("How many move?")
        self.bars = [
            axes.add_patch(Rectangle((0, row), 0, 0.35, color=colour))
            for row, colour in enumerate((style.INK, style.PALE, style.GREY))
        ]
        place = {"x": 1, "s": "", "va": "bottom", "fontsize": 9}
        self.texts = [axes.text(y=row - 0.06, **place) for row in range(3)]

    def show(self, *, moves):
        """Draw Moves; return (finding, words)."""
        shown = moves.after[: SIDE * SIDE]
        for place, users in enumerate(self.users):
            users.set_offsets(GRID[: shown.size][shown == place])
        self.ring.set_offsets(GRID[: shown.size][moves.moved[: SIDE * SIDE]])
        moved = moves.moved.mean()
        rows = {
            "with your split": moved,
            "must move, about": moves.fewest,
            "with a random center each time": moves.redrawn,
        }
        for bar, text, (name, share) in zip(self.bars, self.texts, rows.items(), strict=True):
            bar.set_width(100 * share)
            text.set_text(f"{name}: {100 * share:.0f} %")
        worst = np.abs(moves.shares - moves.wanted).max()
        finding = (
            f"{moved:.1%} of the users move; about {moves.fewest:.0%} must; with a random center "
            f"each time {moves.redrawn:.0%} would"
        )
        words = (
            f"{len(moves.after):,} users; Washington's percent goes from "
            f"{100 * moves.wanted_before[0]:g} to {100 * moves.wanted[0]:g}. No share is more than "
            f"{100 * worst:.1f} points off. "
        )
        if moves.strangers:
            words += (
                f"But another process would give {moves.strangers:.0%} of the users with e-mail "
                "addresses another center: the builtin hash gives texts other numbers there. "
            )
        left = f"{moves.against:,} of the users" if moves.against else "No user"
        return finding, f"{words}{left} left a center though its percent grew."
