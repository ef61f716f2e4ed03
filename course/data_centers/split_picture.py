"""Four hundred users and their centers, who moves, and how many did not have to."""

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
    """Left: users by center. Right: shares, wanted and got; and who moved, against who must."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, axes = style.figure(1, 3, width=8.4, height=4.3)
        self.figure.set_layout_engine("none")
        places = ((0.01, 0.14, 0.42, 0.82), (0.575, 0.7, 0.41, 0.27), (0.575, 0.13, 0.41, 0.3))
        for each, place in zip(axes, places, strict=True):
            each.set_position(place)
        self._prepare_users(axes[0])
        self._prepare_shares(axes[1])
        self._prepare_moved(axes[2])
        self.moving = (
            *(*self.users, self.ring, *self.bars, *self.wanted),
            *(self.fewest, self.redrawn, self.mine, self.anew),
        )

    def _prepare_users(self, axes):
        axes.set(xlim=(-0.7, SIDE - 0.3), ylim=(SIDE - 0.3, -0.7), aspect="equal")
        axes.axis("off")
        look = {"edgecolors": "none", "s": 62}
        self.users = [
            axes.scatter([], [], marker=mark, c=colour, **look)
            for mark, colour in zip(MARKS, COLOURS, strict=True)
        ]
        ring = {"facecolors": "none", "edgecolors": style.INK, "linewidths": 1.2, "s": 118}
        self.ring = axes.scatter([], [], marker="s", **ring)
        dot = {"linestyle": "none", "markersize": 7}
        handles = [
            Line2D([], [], marker=mark, color=colour, **dot)
            for mark, colour in zip(MARKS, COLOURS, strict=True)
        ]
        handles.append(Line2D([], [], marker="s", mfc="none", mec=style.INK, **dot))
        self.figure.legend(
            handles,
            [*OPENING_ORDER, "moved"],
            loc="lower left",
            ncols=5,
            handletextpad=0.1,
            columnspacing=0.7,
        )

    def _prepare_shares(self, axes):
        axes.set(xlim=(0, 100), ylim=(3.6, -0.6), xlabel="users after the change (%)")
        axes.set_yticks(range(4), OPENING_ORDER)
        axes.grid(axis="y", visible=False)
        self.bars = [
            axes.add_patch(Rectangle((0, place - 0.32), 0, 0.64, color=colour))
            for place, colour in enumerate(COLOURS)
        ]
        look = {"color": style.INK, "linewidth": 2.4}
        self.wanted = [axes.plot([], [], **look)[0] for _ in COLOURS]
        axes.legend([self.wanted[0]], ["wanted"], loc="lower right", borderaxespad=0.2)

    def _prepare_moved(self, axes):
        axes.set(xlim=(-2, 102), ylim=(-4, 108), ylabel="users that move (%)")
        axes.set_xlabel("Washington's percent after the change")
        (self.redrawn,) = axes.plot([], [], **style.BASELINE, label="every user drawn anew")
        (self.fewest,) = axes.plot([], [], **style.THEORY, label="who must")
        ghost = {"color": style.GREY, "marker": "s", "linestyle": "none", "markersize": 8}
        (self.anew,) = axes.plot([], [], **ghost)
        mine = {"color": style.BLUE, "marker": "o", "linestyle": "none", "markersize": 9}
        (self.mine,) = axes.plot([], [], **mine, label="your split")
        axes.legend(loc="lower right", bbox_to_anchor=(1.01, 0.97), ncols=2, columnspacing=0.9)
        axes.set_yticks([0, 50, 100])

    def show(self, *, moves):
        """Draw Moves; return (finding, words)."""
        shown = moves.after[: SIDE * SIDE]
        for place, users in enumerate(self.users):
            users.set_offsets(GRID[: shown.size][shown == place])
        self.ring.set_offsets(GRID[: shown.size][moves.moved[: SIDE * SIDE]])
        shares = dict(enumerate(100 * moves.shares))
        wanted = dict(enumerate(100 * moves.wanted))
        for place, (bar, mark) in enumerate(zip(self.bars, self.wanted, strict=True)):
            bar.set_width(shares.get(place, 0.0))
            here = [wanted[place]] * 2 if place in wanted else []
            mark.set_data(here, [place - 0.45, place + 0.45] if here else [])
        self._show_curves(moves)
        moved = moves.moved.mean()
        self.mine.set_data([wanted[0]], [100 * moved])
        self.anew.set_data([wanted[0]], [100 * moves.redrawn])
        worst = np.abs(moves.shares - moves.wanted).max()
        finding = (
            f"{moved:.1%} of the users move; about {moves.fewest:.0%} must; with every user drawn "
            f"anew {moves.redrawn:.0%} do"
        )
        words = (
            f"{len(moves.after):,} users; Washington's percent goes from "
            f"{100 * moves.wanted_before[0]:g} to {wanted[0]:g}. No share is more than "
            f"{100 * worst:.1f} points off. "
        )
        if moves.strangers:
            words += (
                f"But another process would give {moves.strangers:.0%} of the users with e-mail "
                "addresses another center: the builtin hash gives texts other numbers there. "
            )
        if moves.against:
            left = f"{moves.against:,} of the users left a center though its percent grew."
            return finding, f"{words}{left}"
        return finding, f"{words}Nobody left a center whose percent grew."

    def _show_curves(self, moves):
        others = len(moves.names) - 1
        after = np.linspace(0, 1, 41)
        before = moves.wanted_before[0]
        self.fewest.set_data(100 * after, 100 * np.abs(after - before))
        stays = before * after + (1 - before) * (1 - after) / others
        self.redrawn.set_data(100 * after, 100 * (1 - stays))
