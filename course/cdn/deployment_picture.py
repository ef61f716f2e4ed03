"""What a deployment does: bytes of the old version over time, and what the origin must send."""

import numpy as np
from matplotlib import rc_context

from course.cdn.deployment import DEPLOYED
from course.view import style

WINDOW = 120.0  # s
STARTS = np.arange(30) * 2  # min
TOP_ORIGIN = 25.0  # MB
LOOKS = (
    ("only wait", style.BASELINE),
    ("invalidate", {"color": style.INK, "linewidth": 1.6, "linestyle": "-."}),
    ("fingerprints", style.YOURS),
)


class DeploymentPicture:
    """Left: the share of bytes of the old version. Right: MB from the origin, added up."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=7.7, height=3.9)
        left.set(xlim=(0, 60), ylim=(-2, 102), xlabel="time (min)")
        left.set_ylabel("bytes out of date (% of all)")
        left.set_title("How much of the old version is sent?")
        right.set(xlim=(0, 60), ylim=(0, TOP_ORIGIN), xlabel="time (min)")
        right.set_ylabel("sent by the origin so far (MB)")
        right.set_title("What must the origin send?")
        for axes in (left, right):
            axes.set_xticks(range(0, 61, 10))
            axes.axvline(DEPLOYED / 60, color=style.INK, linewidth=0.8)
        left.text(DEPLOYED / 60 - 0.7, 99, "deployment", fontsize=9, ha="right", va="top")
        steps = {"drawstyle": "steps-post"}
        self.stale = [left.plot([], [], **steps, **look, label=name)[0] for name, look in LOOKS]
        self.sent = [right.plot([], [], **look)[0] for _, look in LOOKS]
        style.legend_below(left, down=0.16, ncols=3, columnspacing=1.2)
        self.moving = (*self.stale, *self.sent)

    def show(self, *, waiting, purged, named, changed, prefix, dropped):
        """Draw the three Ways of deploying; return (finding, words).

        changed: how many files did; invalidating `prefix` dropped `dropped` copies.
        """
        for stale, sent, way in zip(self.stale, self.sent, (waiting, purged, named), strict=True):
            windows = (way.times / WINDOW).astype(int)
            old, all_sent = (
                np.bincount(windows, megabytes, minlength=len(STARTS))
                for megabytes in (way.stale_mb, way.sizes_mb)
            )
            stale.set_data(STARTS, 100 * old / np.maximum(all_sent, 1e-9))
            sent.set_data(way.times / 60, np.minimum(np.cumsum(way.origin_mb), TOP_ORIGIN))
        finding = (
            f"{changed} file{'' if changed == 1 else 's'} changed: waiting sent "
            f"{waiting.stale_after:.1f} MB out of date, invalidating {purged.stale_after:.1f} MB, "
            f"fingerprints {named.stale_after:.1f} MB"
        )
        cut = ""
        if max(way.origin_mb.sum() for way in (waiting, purged, named)) > TOP_ORIGIN:
            cut = f" What is over {TOP_ORIGIN:.0f} MB is drawn at the edge."
        what = f"all that begins with {prefix}" if prefix else "everything"
        return finding, (
            f"Invalidating {what} dropped {dropped} copies at 5 edges. After the "
            f"deployment the origin sent {waiting.origin_after:.1f} MB when you only wait, "
            f"{purged.origin_after:.1f} MB after invalidating, {named.origin_after:.1f} MB with "
            f"fingerprints.{cut}"
        )
