"""An alert and a canary at work: error rate and alert states, the trade-off, and who was hurt."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.hour import Hour
from course.logging_and_automation.model import Watched
from course.view import style
from course.view.architecture import Node, Tier
from course.view.architecture import architecture as draw_architecture

LEAST_ALARMS, MOST_ALARMS = 0.001, 5000  # a day
OFTEN = {"year": 1 / 365, "month": 1 / 30, "day": 1, "hour": 24, "minute": 1440}
MOST_HURT = 30_000
WAYS = ("nobody watches", "the alert ends it", "canary first")


@dataclass(frozen=True)
class Experiment:
    """One setting of an alert, all thresholds beside it, and three ways to release."""

    watched: Watched
    thresholds: np.ndarray
    curve: tuple  # (expected false alarms a day, mean delay in s) for each threshold
    at_once: tuple  # the same for an alert that fires at once
    hurt: tuple  # failed requests of a bad release, three ways
    share: float
    prediction: float | None = None  # false alarms a day


class ExperimentPicture:
    """Left: the incident as the alert sees it. Right: the alert's two prices, and users hurt."""

    def __init__(self):
        ratios = {"width_ratios": (1.2, 1), "height_ratios": (1.75, 1)}
        self.figure, axes = style.figure(2, 2, width=8.2, height=4.9, **ratios)
        with rc_context(style.LOOK):
            self.hour = Hour(axes[0, 0], axes[1, 0])
            self._prepare_prices(axes[0, 1])
            self._prepare_hurt(axes[1, 1])
        self.moving = (
            *self.hour.moving,
            *(self.at_once, self.curve, self.chosen, self.prediction),
            *self.bars,
        )

    def _prepare_prices(self, axes):
        axes.set(xscale="log", yscale="log", xlim=(LEAST_ALARMS, MOST_ALARMS), ylim=(7, 1700))
        axes.set(xlabel="one false alarm a …", ylabel="seconds to notice (mean)")
        axes.set_xticks(list(OFTEN.values()), list(OFTEN))
        axes.set_yticks([10, 60, 300, 1200], ["10", "60", "300", "1,200"])
        axes.minorticks_off()
        look = {"markersize": 3.5}
        (self.at_once,) = axes.plot(
            [], [], marker="s", label="thresholds 1–20 %, for 0 s", **style.BASELINE, **look
        )
        (self.curve,) = axes.plot(
            [], [], marker="o", label="for your duration", **style.YOURS, **look
        )
        (self.chosen,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=13, markerfacecolor="none",
            markeredgewidth=2, label="your threshold",
        )  # fmt: skip
        (self.prediction,) = axes.plot([], [], label="your prediction", **style.PREDICTION)
        axes.legend(loc="upper right", borderaxespad=0, handlelength=1.6)

    def _prepare_hurt(self, axes):
        axes.set_xscale("log")
        axes.set(xlim=(1, MOST_HURT), ylim=(2.6, -0.6), xlabel="failed requests, a bad release")
        axes.set_xticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
        axes.minorticks_off()
        axes.set_yticks(range(3), WAYS)
        axes.grid(axis="y", visible=False)
        colours, hatches = (style.GREY, style.ORANGE, style.BLUE), ("", "//", "..")
        self.bars = list(axes.barh(range(3), 1, left=1e-3, height=0.62, color=colours))
        for bar, hatch in zip(self.bars, hatches, strict=True):
            bar.set(hatch=hatch, edgecolor="white", linewidth=0)

    def show(self, experiment):
        """Draw an Experiment; return (finding, words)."""
        watched, guess = experiment.watched, experiment.prediction
        self.hour.show(watched)
        for line, (alarms, delays) in (
            (self.at_once, experiment.at_once),
            (self.curve, experiment.curve),
        ):
            line.set_data(np.maximum(alarms, LEAST_ALARMS), delays)
        chosen = int(np.argmin(abs(experiment.thresholds - watched.threshold)))
        alarms, delays = experiment.curve
        self.chosen.set_data([max(alarms[chosen], LEAST_ALARMS)], [delays[chosen]])
        shown = [] if guess is None else [min(max(guess, LEAST_ALARMS), MOST_ALARMS)]
        self.prediction.set_data(shown, [10] * len(shown))
        for bar, hurt in zip(self.bars, experiment.hurt, strict=True):
            bar.set_width(max(hurt, 1e-3))
        return self._words(experiment)

    def _words(self, experiment):
        watched, (nobody, alert, canary) = experiment.watched, experiment.hurt
        alarms = watched.false_alarms
        plural = "" if alarms == 1 else "s"
        missed = f" ({watched.missed} of {watched.noticed.size} never)" if watched.missed else ""
        guess = experiment.prediction
        predicted = f" You predicted {guess:,.0f} false alarms." if guess is not None else ""
        return (
            f"Above {watched.threshold:.0%} for {watched.for_seconds:.0f} s: {alarms:,} false "
            f"alarm{plural} on a quiet day, a bad version noticed after {watched.delay:,.0f} s"
        ), (
            f"Means of {watched.noticed.size} bad releases{missed}. Failed requests of each: "
            f"{nobody:,.0f} if a person notices after 20 minutes, {alert:,.0f} if the alert takes "
            f"it back, {canary:,.0f} with a canary of {experiment.share:.0%} that a person looks "
            f"at after 10 minutes.{predicted}"
        )


def architecture(servers=3):
    """Return the picture of the system so far: what watches it, and what acts on it, is new."""
    web = [f"web-{number + 1}" for number in range(servers)]
    watched = "every one of these writes logs and counts"
    tiers = (
        Tier("clients", (Node("clients", ("browsers, apps",)),)),
        Tier("entry", (Node("CDN"), Node("balancer")), zone=watched),
        Tier("web tier", tuple(Node(name, ("stateless",)) for name in web), zone=watched),
        Tier(
            "behind it",
            (Node("queue", ("and workers",)), Node("cache"), Node("databases")),
            zone=watched,
        ),
        Tier("watch", (Node("logs", ("in one place",)), Node("metrics", ("counts",))), new=True),
        Tier(
            "act",
            (Node("alerts", ("call a person",)), Node("pipeline", ("test, canary,", "roll back"))),
            new=True,
        ),
    )
    links = [("clients", "CDN", ""), ("clients", "balancer", "")]
    links += [("balancer", name, "") for name in web]
    links += list(zip(web, ("queue", "cache", "databases"), [""] * 3, strict=False))
    links += [("cache", "logs", ""), ("cache", "metrics", "")]
    links += [("metrics", "alerts", ""), ("metrics", "pipeline", "")]
    return draw_architecture(tiers, links)
