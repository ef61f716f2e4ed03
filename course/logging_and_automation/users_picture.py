"""Business metrics: users a day, and how many of each day's users come back."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.users import DAYS
from course.view import style

MOST_USERS, MOST_KEPT = 1300, 80


class UsersPicture:
    """Left: active users a day. Right: the share of each day's users who come back."""

    def __init__(self):
        self.figure, (days, kept) = style.figure(
            1, 2, width=7.7, height=3.8, width_ratios=(1, 1.06)
        )
        with rc_context(style.LOOK):
            self.releases = [self._prepare(axes) for axes in (days, kept)]
            self._prepare_days(days)
            self._prepare_kept(kept)
        self.moving = (
            *(*self.releases, self.new_users, self.expected_active, self.active),
            *(self.band, self.expected_kept, self.kept),
        )

    def _prepare(self, axes):
        axes.set(xlim=(-0.5, DAYS - 0.5), xlabel="day")
        return axes.axvline(
            0, color=style.VERMILION, linewidth=1.6, linestyle=":", label="bad release"
        )

    def _prepare_days(self, axes):
        axes.set(ylim=(0, MOST_USERS), ylabel="users")
        axes.set_title("How many users are active?")
        (self.new_users,) = axes.plot(
            [], [], color=style.INK, linewidth=1.2, linestyle="-.", label="of them new"
        )
        (self.expected_active,) = axes.plot([], [], **style.THEORY, label="expected")
        (self.active,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=4, linestyle="none", label="yours"
        )
        style.legend_below(axes, left=-0.2, down=0.15, columnspacing=1.2)

    def _prepare_kept(self, axes):
        axes.set(ylim=(0, MOST_KEPT), ylabel="% of the day's users")
        axes.set_title("How many of them come back?")
        self.band = axes.fill_between(
            [0, 1], [0, 0], [1, 1], color=style.ORANGE, alpha=0.25, linewidth=0
        )
        self.band.set_label("± 2 standard errors")
        (self.expected_kept,) = axes.plot([], [], **style.THEORY, label="expected")
        (self.kept,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=6, linestyle="none", label="yours"
        )
        style.legend_below(axes, left=-0.14, down=0.15, columnspacing=1.2)

    def show(self, *, usage):
        """Draw a Usage; return (finding, words)."""
        days = np.arange(DAYS)
        for line in self.releases:
            line.set_xdata([usage.release - 0.5] * 2)
        self.new_users.set_data(days, np.minimum(usage.new_users, MOST_USERS))
        self.expected_active.set_data(days, np.minimum(usage.expected_active, MOST_USERS))
        self.active.set_data(days, np.minimum(usage.active, MOST_USERS))
        asked, expected = np.array(usage.asked), 100 * usage.expected_kept
        self.expected_kept.set_data(asked, expected)
        self.kept.set_data(asked, 100 * usage.kept)
        spread = 200 * usage.noise
        edges = np.concatenate([expected + spread, (expected - spread)[::-1]])
        self.band.set_verts([np.column_stack([np.concatenate([asked, asked[::-1]]), edges])])
        return self._words(usage)

    def _words(self, usage):
        before, last = usage.active[max(usage.release - 1, 0)], usage.active[-1]
        early, late = (
            [*usage.kept[np.array(usage.asked) + usage.after < usage.release]],
            [*usage.kept[np.array(usage.asked) >= usage.release]],
        )
        again = " and ".join(
            f"{np.mean(some):.0%} {when} it"
            for some, when in ((early, "before"), (late, "after"))
            if some
        )
        plural = "" if usage.after == 1 else "s"
        return (
            f"{before:,} users on the day before the release, {last:,} on the last; "
            f"{usage.after} day{plural} later are back: {again or 'not known yet'}"
        ), (
            f"{usage.events:,} events. Expected: {usage.expected_active[-1]:.0f} users on the last "
            "day."
        )
