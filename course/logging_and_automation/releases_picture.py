"""A release: the pipeline's stages, the canary until its verdict, and what a canary costs."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.releases import ERRORS, STAGES
from course.view import style

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # of the traffic, to a canary
PERCENTS = [round(100 * share) for share in SHARES]
MOST_SECONDS = 3600
MOST_RATE, TOP = 25, 21  # %


class ReleasesPicture:
    """Left: stages, and error rates until the verdict. Right: users hurt and time, by share."""

    def __init__(self):
        ratios = {"width_ratios": (1.15, 1), "height_ratios": (1, 1.2)}
        self.figure, axes = style.figure(2, 2, width=8.2, height=4.8, **ratios)
        with rc_context(style.LOOK):
            self._prepare_stages(axes[0, 0])
            self._prepare_rates(axes[1, 0])
            self._prepare_costs(*axes[:, 1])
        self.moving = (
            *(self.passed, self.failed, self.idle, self.old, self.new, self.end),
            *(self.at_once, self.theory, self.mine, self.now, self.time_theory, self.time),
            self.time_now,
        )

    def _prepare_stages(self, axes):
        axes.set(xlim=(-0.55, len(STAGES) - 0.45), ylim=(-0.5, 1.1))
        axes.grid(False)
        axes.set_yticks([])
        axes.set_xticks(range(len(STAGES)), STAGES)
        axes.tick_params(axis="x", length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.plot([0, len(STAGES) - 1], [0, 0], color=style.PALE, linewidth=5, zorder=0)
        looks = {
            "passed": ("o", style.GREEN, style.GREEN),
            "failed": ("X", style.VERMILION, style.VERMILION),
            "idle": ("o", style.PAPER, style.GREY),
        }
        self.passed, self.failed, self.idle = (
            axes.plot(
                [], [], marker, markerfacecolor=face, markeredgecolor=edge, markersize=21,
                markeredgewidth=1.5, linestyle="none", label=label,
            )[0]
            for marker, face, edge, label in (
                (*looks["passed"], "passed"),
                (*looks["failed"], "failed"),
                (*looks["idle"], "not started"),
            )
        )  # fmt: skip
        axes.legend(
            loc="upper center", ncols=3, markerscale=0.4, columnspacing=0.8, handletextpad=0
        )

    def _prepare_rates(self, axes):
        axes.set(xlim=(0.12, MOST_SECONDS / 60), ylim=(0, MOST_RATE), xscale="log")
        axes.set(xlabel="minutes of canary", ylabel="failed so far (%)")
        axes.set_xticks([0.2, 1, 5, 20, 60], ["0.2", "1", "5", "20", "60"])
        axes.minorticks_off()
        (self.old,) = axes.plot([], [], **style.BASELINE, label="old version")
        (self.new,) = axes.plot([], [], **style.YOURS, label="canary")
        (self.end,) = axes.plot(
            [], [], "D", color=style.VERMILION, markersize=8, linestyle="none", label="verdict"
        )
        axes.legend(loc="upper right", ncols=3, borderaxespad=0, columnspacing=1, handlelength=1.4)

    def _prepare_costs(self, hurt, time):
        for axes in (hurt, time):
            axes.set(xscale="log", yscale="log", xlim=(0.8, 65))
            axes.set_xticks(PERCENTS, [f"{percent}" for percent in PERCENTS])
        hurt.tick_params(axis="x", labelbottom=False)
        hurt.set(ylim=(0.7, 30_000), ylabel="failed requests")
        hurt.set_yticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
        time.set(ylim=(7, 5000), ylabel="seconds to a verdict", xlabel="canary share (%)")
        time.set_yticks([10, 60, 300, 1200, 3600], ["10", "60", "300", "1,200", "3,600"])
        for axes in (hurt, time):
            axes.minorticks_off()
        (self.at_once,) = hurt.plot([], [], **style.BASELINE, label="all at once")
        (self.theory,) = hurt.plot([], [], **style.THEORY, label="theory")
        look = {"color": style.BLUE, "linestyle": "none"}
        ring = look | {"markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2}
        (self.mine,) = hurt.plot([], [], "o", markersize=5, label="your canary", **look)
        (self.now,) = hurt.plot([], [], "o", **ring)
        hurt.legend(
            loc="lower center", bbox_to_anchor=(0.45, 0.98), ncols=3, borderaxespad=0,
            columnspacing=0.8, handlelength=1.4,
        )  # fmt: skip
        (self.time_theory,) = time.plot([], [], **style.THEORY)
        (self.time,) = time.plot([], [], "o", markersize=5, **look)
        (self.time_now,) = time.plot([], [], "o", **ring)

    def show(self, *, release, bad_ones, good_ones, share, expected_hurt, expected_seconds):
        """Draw a Release; return (finding, words).

        bad_ones: for each of SHARES, the Canaries of many bad versions. good_ones: those of as many
        good versions with the chosen `share`. expected_hurt: failed requests on a canary of a bad
        version. expected_seconds: time to a verdict, for each of SHARES.
        """
        pipeline, chosen = release.pipeline, SHARES.index(share)
        self._show_stages(pipeline)
        self._show_canary(release.canary, "canary" in pipeline.ran)
        without = max(release.hurt_without, 0.1)
        self.at_once.set_data([0.8, 65], [without, without])
        self.theory.set_data([0.8, 65], [expected_hurt] * 2)
        hurt = [max(0.1, np.mean([one.hurt for one in some])) for some in bad_ones]
        seconds = [np.mean([one.seconds for one in some]) for some in bad_ones]
        self.mine.set_data(PERCENTS, hurt)
        self.now.set_data([PERCENTS[chosen]], [hurt[chosen]])
        self.time_theory.set_data(PERCENTS, expected_seconds)
        self.time.set_data(PERCENTS, seconds)
        self.time_now.set_data([PERCENTS[chosen]], [seconds[chosen]])
        return self._words(release, bad_ones[chosen], good_ones)

    def _show_stages(self, pipeline):
        started = len(pipeline.ran)
        failed = [started - 1] if pipeline.failed is not None and started else []
        passed = [place for place in range(started) if place not in failed]
        idle = list(range(started, len(STAGES)))
        for line, places in ((self.passed, passed), (self.failed, failed), (self.idle, idle)):
            line.set_data(places, [0] * len(places))

    def _show_canary(self, canary, started):
        minutes = np.arange(1, len(canary.canary) + 1) / 6
        for line, counts in ((self.old, canary.baseline), (self.new, canary.canary)):
            counted = np.array(counts, dtype=float)
            rate = 100 * counted[:, 1] / np.maximum(counted[:, 0], 1)
            line.set_data((minutes, np.minimum(rate, TOP)) if started else ([], []))
        shown = started and canary.verdict != "wait"
        self.end.set_data(([minutes[-1]], [min(rate[-1], TOP)]) if shown else ([], []))

    def _words(self, release, bad_ones, good_ones):
        slipped = sum(one.verdict == "promote" for one in bad_ones)
        refused = sum(one.verdict == "roll back" for one in good_ones)
        pipeline, canary = release.pipeline, release.canary
        raised = f" ({type(pipeline.error).__name__}: {pipeline.error})" if pipeline.error else ""
        end = "passed all stages" if pipeline.passed else f"stopped at “{pipeline.failed}”{raised}"
        if "canary" not in pipeline.ran:
            verdict = "No user has met the new version."
        else:
            requests, errors = canary.canary[-1]
            verdict = (
                f"Verdict “{canary.verdict}” after {canary.seconds:,} s: {errors:,} of "
                f"{requests:,} requests failed on the canary."
            )
        hurt = ""
        if release.fault == ERRORS:
            hurt = f", {release.hurt:,} failed requests instead of {release.hurt_without:,}"
        return f"The release {end}{hurt}", (
            f"{verdict} Of {len(bad_ones)} bad versions {slipped} would be promoted, "
            f"of {len(good_ones)} good ones {refused} rolled back."
        )
