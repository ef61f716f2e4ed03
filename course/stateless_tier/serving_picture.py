"""What a tier that keeps nothing does when a server dies: who gets a page, and who does not."""

import numpy as np
from matplotlib import rc_context

from course.stateless_tier.picture import boxes
from course.view import style

MINUTES = 10
MOST_ANSWERS, MOST_WRONG = 650, 150  # the upper edges


class ServingPicture:
    """Left: each minute's answers, by kind. Right: users thrown out and strangers let in."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (answers, wrong) = style.figure(1, 2, width=7.2, height=3.7)
        for axes in (answers, wrong):
            axes.set(xlim=(0, MINUTES), xlabel="time (minutes)")
        answers.set(ylim=(0, MOST_ANSWERS), ylabel="answers a minute")
        answers.set_title("Does everybody get the right answer?")
        looks = (
            ("200, the user's page", {"facecolor": style.BLUE}),
            ("401, and rightly so", {"facecolor": style.PALE}),
            ("wrong answer", {"facecolor": style.VERMILION, "hatch": "xxx"}),
        )
        self.kinds = [
            answers.broken_barh([(0, 1)], (0, 1), edgecolor=style.PAPER, linewidth=0.9, **look)
            for _, look in looks
        ]
        death = {"color": style.VERMILION, "linewidth": 1.4, "linestyle": (0, (1, 1.2))}
        self.deaths = [axes.axvline(0, **death) for axes in (answers, wrong)]
        names = [*(name for name, _ in looks), "web-1 dies"]
        handles = [*self.kinds, self.deaths[0]]
        style.legend_below(answers, down=0.2, handles=handles, labels=names, columnspacing=0.8)
        wrong.set(ylim=(-2, MOST_WRONG), ylabel="so far")
        wrong.set_title("Who is treated wrongly?")
        wrong.set_yticks([0, 50, 100, MOST_WRONG], ["0", "50", "100", f"{MOST_WRONG}+"])
        let_in = {"color": style.VERMILION, "linewidth": 1.8, "linestyle": (0, (3, 1, 1, 1))}
        lines = {
            "users thrown out, ghost": style.BASELINE,
            "users thrown out, your tier": style.YOURS,
            "strangers let in, your tier": let_in,
        }
        self.ghost, self.out, self.let_in = (
            wrong.plot([], [], drawstyle="steps-post", label=label, **look)[0]
            for label, look in lines.items()
        )
        style.legend_below(wrong, down=0.2, ncols=1)
        self.moving = (*self.kinds, *self.deaths, self.ghost, self.out, self.let_in)

    def show(self, *, served, ghost):
        """Draw a Served of the student's tier; return (finding, words).

        ghost: a TierResult of the same users with their sessions in the servers.
        """
        kinds = (served.right & (served.status == 200), served.right & (served.status == 401))
        bottom = np.zeros(MINUTES)
        for bars, which in zip(self.kinds, (*kinds, ~served.right), strict=True):
            minutes = (served.times[which] // 60).astype(int)
            count = np.bincount(minutes, minlength=MINUTES)[:MINUTES]
            bars.set_verts(boxes(bottom, count))
            bottom = bottom + count
        dies_at = ghost.tier.dies_at
        for line in self.deaths:
            line.set_visible(dies_at < ghost.duration)
            line.set_xdata([min(dies_at, ghost.duration) / 60] * 2)
        for line, times in (
            (self.ghost, ghost.arrived_at[ghost.thrown_out]),
            (self.out, served.times[served.thrown_out]),
            (self.let_in, served.times[served.let_in]),
        ):
            line.set_data(*_so_far(times / 60))
        thrown, let_in = int(served.thrown_out.sum()), int(served.let_in.sum())
        lost = int(ghost.thrown_out.sum())
        strangers = f"{let_in or 'no'} stranger{'s' * (let_in != 1)}"
        users = f"{thrown:,} user{'s' * (thrown != 1)}" if thrown else "nobody"
        finding = f"Your tier threw {users} out and let {strangers} in"
        if dies_at < ghost.duration:
            finding += f"; with sessions in the servers {lost} would have been thrown out"
        return finding, (
            f"Of {len(served.times):,} requests {kinds[0].sum():,} got their page and "
            f"{kinds[1].sum():,} rightly a 401: {served.strange.sum():,} came without a valid "
            f"session, first visits and expired sessions among them."
        )


def _so_far(times):
    """Return (minutes, how many until then); what is above the upper edge is drawn at it."""
    when = np.concatenate([[0], times, [MINUTES]])
    return when, np.minimum(np.minimum(np.arange(len(when)), len(times)), MOST_WRONG - 1)
