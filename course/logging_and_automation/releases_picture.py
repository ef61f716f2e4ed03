"""A release: the pipeline's stages, what becomes of other versions, and what a canary costs."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.releases import ERRORS, STAGES
from course.view import style

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # of the traffic, to a canary
PERCENTS = [round(100 * share) for share in SHARES]
MOST_SECONDS = 3600
KINDS = ("good", "bad")


class ReleasesPicture:
    """Left: the stages of one release, and the verdicts on many. Right: what bad ones cost."""

    def __init__(self):
        shape = {"width_ratios": (1.06, 1)}
        self.figure, axes = style.figure(2, 2, width=7.7, height=4.2, **shape)
        with rc_context(style.LOOK):
            self._prepare_stages(axes[0, 0])
            self._prepare_verdicts(axes[1, 0])
            self._prepare_costs(*axes[:, 1])
        self.moving = (
            *(self.passed, self.failed, self.idle, self.promoted, self.refused),
            *(self.at_once, self.mine, self.now, self.time, self.time_now),
        )

    def _prepare_stages(self, axes):
        axes.set(xlim=(-0.55, len(STAGES) - 0.45), ylim=(-0.5, 1.0))
        axes.set_title("How far does this release come?")
        axes.grid(False)
        axes.set_yticks([])
        axes.set_xticks(range(len(STAGES)), STAGES)
        axes.tick_params(axis="x", length=0)
        axes.spines[:].set_visible(False)
        axes.plot([0, len(STAGES) - 1], [0, 0], color=style.PALE, linewidth=5, zorder=0)
        looks = (
            ("o", style.GREEN, style.GREEN, "passed"),
            ("X", style.VERMILION, style.VERMILION, "failed"),
            ("o", style.PAPER, style.GREY, "not started"),
        )
        self.passed, self.failed, self.idle = (
            axes.plot(
                [], [], marker, markerfacecolor=face, markeredgecolor=edge, markersize=21,
                markeredgewidth=1.5, linestyle="none", label=label,
            )[0]
            for marker, face, edge, label in looks
        )  # fmt: skip
        axes.legend(
            loc="upper center", ncols=3, markerscale=0.4, columnspacing=0.8, handletextpad=0
        )

    def _prepare_verdicts(self, axes):
        axes.set(xlim=(-0.8, 19.8), ylim=(1.5, -1.3), xticks=[])
        axes.set_title("What becomes of 20 good and 20 bad ones?")
        axes.set_yticks(range(len(KINDS)), KINDS)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        look = {"linestyle": "none", "markersize": 8}
        (self.promoted,) = axes.plot(
            [], [], marker="o", color=style.GREEN, label="promoted", **look
        )
        (self.refused,) = axes.plot(
            [], [], marker="X", color=style.VERMILION, label="rolled back", **look
        )
        axes.legend(loc="upper center", ncols=2, columnspacing=0.8, handletextpad=0)

    def _prepare_costs(self, hurt, time):
        for axes in (hurt, time):
            axes.set(xscale="log", yscale="log", xlim=(0.8, 65))
            axes.set_xticks(PERCENTS, [f"{percent}" for percent in PERCENTS])
        hurt.tick_params(axis="x", labelbottom=False)
        hurt.set_title("How many requests does a bad one fail?")
        hurt.set(ylim=(0.7, 30_000))
        hurt.set_yticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
        time.set_title("How long until the verdict?")
        time.set(ylim=(7, 5000), xlabel="canary share (%)")
        time.set_yticks([10, 60, 300, 1200, 3600], ["10 s", "1 min", "5 min", "20 min", "1 h"])
        for axes in (hurt, time):
            axes.minorticks_off()
        (self.at_once,) = hurt.plot([], [], **style.BASELINE, label="without a canary")
        look = {"color": style.BLUE, "linestyle": "none"}
        ring = look | {"markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2}
        (self.mine,) = hurt.plot([], [], "o", markersize=5, label="with it", **look)
        (self.now,) = hurt.plot([], [], "o", **ring)
        hurt.legend(loc="upper right", ncols=2, borderaxespad=0, columnspacing=0.8)
        (self.time,) = time.plot([], [], "o", markersize=5, **look)
        (self.time_now,) = time.plot([], [], "o", **ring)

    def show(self, *, release, bad_ones, good_ones, share):
        """Draw a Release; return (finding, words).

        bad_ones: for each of SHARES, the Canaries of many bad versions. good_ones: those of as many
        good versions with the chosen `share`.
        """
        chosen = SHARES.index(share)
        self._show_stages(release.pipeline)
        self._show_verdicts(good_ones, bad_ones[chosen])
        without = max(release.hurt_without, 0.1)
        self.at_once.set_data([0.8, 65], [without, without])
        hurt = [max(0.1, np.mean([one.hurt for one in some])) for some in bad_ones]
        seconds = [np.mean([one.seconds for one in some]) for some in bad_ones]
        self.mine.set_data(PERCENTS, hurt)
        self.now.set_data([PERCENTS[chosen]], [hurt[chosen]])
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

    def _show_verdicts(self, *kinds):
        for marks, verdict in ((self.promoted, "promote"), (self.refused, "roll back")):
            places = [
                (column, row)
                for row, some in enumerate(kinds)
                for column, one in enumerate(some)
                if one.verdict == verdict
            ]
            marks.set_data(*zip(*places, strict=True) if places else ([], []))

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
