"""Business metrics: users a day, and how many of them come back."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.users import AFTER, DAYS
from course.view import style

MOST_USERS = 1300


class UsersPicture:
    """Left: active users a day. Right: retention against days, next to the expected one."""

    def __init__(self):
        ratios = {"width_ratios": (1.3, 1)}
        self.figure, (days, kept) = style.figure(1, 2, width=8.2, height=3.9, **ratios)
        with rc_context(style.LOOK):
            self._prepare_days(days)
            self._prepare_kept(kept)
        self.moving = (
            *(self.release, self.day, self.new_users, self.expected_active, self.active),
            *(self.band, self.expected_kept, self.kept),
        )

    def _prepare_days(self, axes):
        axes.set(xlim=(-0.5, DAYS - 0.5), ylim=(0, MOST_USERS), xlabel="day", ylabel="users")
        self.release = axes.axvline(0, color=style.VERMILION, linewidth=1.6, linestyle=":")
        self.release.set_label("release")
        self.day = axes.axvline(0, color=style.PALE, linewidth=8, zorder=0)
        self.day.set_label("the day looked at")
        (self.new_users,) = axes.plot(
            [], [], color=style.GREEN, linewidth=1.2, linestyle="-.", label="new users"
        )
        (self.expected_active,) = axes.plot([], [], **style.THEORY, label="expected")
        (self.active,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=4, linestyle="none", label="active, yours"
        )
        style.legend_below(axes, left=-0.08, down=0.15, ncols=3, columnspacing=1.2)

    def _prepare_kept(self, axes):
        axes.set(xlim=(0, AFTER[-1] + 0.5), ylim=(0, 80), xlabel="days after")
        axes.set(ylabel="of the day's users active again (%)")
        axes.set_xticks(AFTER)
        self.band = axes.fill_between([0, 1], [0, 0], [1, 1], color="#F9E8C8", linewidth=0)
        self.band.set_label("± 2 standard errors")
        (self.expected_kept,) = axes.plot([], [], **style.THEORY, label="expected")
        (self.kept,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=6, linestyle="none", label="retention, yours"
        )
        style.legend_below(axes, left=-0.12, down=0.15, columnspacing=1.2)

    def show(self, *, usage):
        """Draw a Usage; return (finding, words)."""
        days, after = np.arange(DAYS), np.array(AFTER)
        self.release.set_xdata([usage.release - 0.5] * 2)
        self.day.set_xdata([usage.day] * 2)
        self.new_users.set_data(days, np.minimum(usage.new_users, MOST_USERS))
        self.expected_active.set_data(days, np.minimum(usage.expected_active, MOST_USERS))
        self.active.set_data(days, np.minimum(usage.active, MOST_USERS))
        known = ~np.isnan(usage.expected_kept)
        expected, kept = 100 * usage.expected_kept[known], 100 * np.array(usage.kept)[known]
        self.expected_kept.set_data(after[known], expected)
        self.kept.set_data(after[known], kept)
        spread = 200 * usage.noise[known]
        there, back = after[known], after[known][::-1]
        edges = np.concatenate([expected + spread, (expected - spread)[::-1]])
        corners = np.column_stack([np.concatenate([there, back]), edges])
        self.band.set_verts([corners] if known.any() else [])
        return self._words(usage)

    def _words(self, usage):
        week = AFTER.index(7)
        kept, expected = usage.kept[week], usage.expected_kept[week]
        before, last = usage.active[max(usage.release - 1, 0)], usage.active[-1]
        if np.isnan(expected):
            again = f"Day {usage.day} has no day a week later yet"
        else:
            again = f"Of the users of day {usage.day}, {kept:.0%} are back a week later"
        return f"{again}; {before:,} users on the day before the release, {last:,} on the last", (
            f"{usage.events:,} events. Expected: {usage.expected_active[-1]:.0f} users on the last "
            f"day{'' if np.isnan(expected) else f', {expected:.0%} back a week later'}."
        )
