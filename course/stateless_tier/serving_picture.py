"""What a tier that keeps nothing does when a server dies: who gets a page, and who does not."""

import numpy as np
from matplotlib import rc_context

from course.view import style

MINUTES = 10


class ServingPicture:
    """Left: answers a minute, by kind. Right: users thrown out and strangers let in."""

    @rc_context(style.LOOK)
    def __init__(self):
        widths = {"width_ratios": (1.3, 1)}
        self.figure, (answers, wrong) = style.figure(1, 2, width=8.4, height=4.1, **widths)
        for axes in (answers, wrong):
            axes.set(xlim=(0, MINUTES), xlabel="time (minutes)")
            axes.set_yscale("symlog", linthresh=10)
            axes.set_ylim(-0.6, 1000)
            axes.set_yticks([0, 5, 10, 100, 1000], ["0", "5", "10", "100", "1,000"])
            axes.minorticks_off()
        death = {"color": style.VERMILION, "linewidth": 1.4, "linestyle": (0, (5, 2))}
        answers.set_ylabel("answers a minute")
        self.dead = answers.axvline(0, label="web-1 dies", **death)
        looks = {
            "200, the user's page": (style.BLUE, "o"),
            "401, and rightly so": (style.GREEN, "s"),
            "wrong answer": (style.VERMILION, "X"),
        }
        self.lines = [
            answers.plot([], [], color=colour, marker=marker, linewidth=1.5, label=label)[0]
            for label, (colour, marker) in looks.items()
        ]
        style.legend_below(answers, left=-0.05)
        wrong.set_ylabel("users or strangers so far")
        self.dead_too = wrong.axvline(0, **death)
        let_in = {"color": style.ORANGE, "linestyle": (0, (3, 1, 1, 1))}
        self.ghost, self.out, self.let_in = (
            wrong.plot([], [], drawstyle="steps-post", label=label, **look)[0]
            for label, look in (
                ("thrown out, sessions in the servers", style.BASELINE),
                ("thrown out, your tier", style.YOURS),
                ("strangers let in, your tier", let_in),
            )
        )
        style.legend_below(wrong, left=-0.1, ncols=1)
        self.moving = (self.dead, self.dead_too, *self.lines, self.ghost, self.out, self.let_in)

    def show(self, *, served, ghost):
        """Draw a Served of the student's tier; return (finding, words).

        ghost: a TierResult of the same users with their sessions in the servers.
        """
        kinds = (served.right & (served.status == 200), served.right & (served.status == 401))
        for line, which in zip(self.lines, (*kinds, ~served.right), strict=True):
            minutes = (served.times[which] // 60).astype(int)
            line.set_data(np.arange(MINUTES) + 0.5, np.bincount(minutes, minlength=MINUTES))
        dies_at = ghost.tier.dies_at
        for line in (self.dead, self.dead_too):
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
        finding = f"Your tier threw {thrown or 'nobody'} out and let {strangers} in"
        if dies_at < ghost.duration:
            finding += f"; with sessions in the servers {lost} would have been thrown out"
        return finding, (
            f"Of {len(served.times):,} requests {kinds[0].sum():,} got their page and "
            f"{kinds[1].sum():,} rightly a 401: {served.strange.sum():,} came without a valid "
            f"session, first visits and expired sessions among them."
        )


def _so_far(times):
    """Return (minutes, how many until then)."""
    when = np.concatenate([[0], times, [MINUTES]])
    return when, np.minimum(np.arange(len(when)), len(times))
