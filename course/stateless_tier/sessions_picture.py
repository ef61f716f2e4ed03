"""What a session store does: who is logged in when, and what a lifetime costs."""

from matplotlib import rc_context

from course.stateless_tier.sessions import LET_IN, NOBODY, THROWN_OUT, USER
from course.view import style

ROWS = 10  # browsers that are drawn
MINUTES = 120
MOST = 60  # minutes of lifetime


class SessionsPicture:
    """Left: ten browsers over time. Right: log-ins again, and sessions kept, against lifetime."""

    @rc_context(style.LOOK)
    def __init__(self, name):
        self.name = name
        self.figure, axes = style.figure(2, 2, width=7.2, height=4.2)
        grid = axes[0, 0].get_gridspec()
        axes[0, 0].remove()
        axes[1, 0].remove()
        self._prepare_browsers(self.figure.add_subplot(grid[:, 0]))
        self._prepare_costs(*axes[:, 1])
        self.moving = (self.valid, *self.marks.values(), self.again, self.stored, *self.here)

    def _prepare_browsers(self, axes):
        axes.set(xlim=(0, MINUTES), ylim=(ROWS - 0.4, -0.6), xlabel="time (minutes)")
        axes.set(title="Who is logged in?", xticks=range(0, MINUTES + 1, 20))
        names = [f"user-{row // 2 + 1}, {('phone', 'laptop')[row % 2]}" for row in range(ROWS)]
        axes.set_yticks(range(ROWS), names)
        axes.grid(axis="y", visible=False)
        self.valid = axes.broken_barh([(0, 1)], (0, 1), facecolor=style.PALE, edgecolor="none")
        looks: dict[int, tuple[str, dict]] = {
            USER: ("found: the user", {"marker": "o", "color": style.BLUE}),
            NOBODY: ("None: log in", {"marker": "o", "color": style.BLUE, "mfc": style.PAPER}),
            THROWN_OUT: ("wrong", {"marker": "X", "color": style.VERMILION, "markersize": 9}),
        }
        self.marks = {}
        for answer, (label, look) in looks.items():
            look = {"linestyle": "none", "markersize": 5.5, **look}
            (self.marks[answer],) = axes.plot([], [], label=label, **look)
        self.valid.set_label("session is valid")
        style.legend_below(axes, left=-0.42, columnspacing=0.8)

    def _prepare_costs(self, again, stored):
        for axes in (again, stored):
            axes.set(xlim=(0, MOST + 1), xticks=range(0, MOST + 1, 10))
        again.set(ylim=(0, 100), ylabel="% of look-ups", title="How many are asked to log in?")
        again.tick_params(axis="x", labelbottom=False)
        stored.set(ylim=(0, 205), ylabel="sessions", title="How many sessions are valid?")
        stored.set_xlabel("lifetime (minutes)")
        self.again, self.stored = (
            axes.plot([], [], color=style.GREY, linewidth=1.6, label="other lifetimes")[0]
            for axes in (again, stored)
        )
        mine = {"marker": "o", "markersize": 9, "color": style.BLUE, "linestyle": "none"}
        self.here = [axes.plot([], [], label="this store", **mine)[0] for axes in (again, stored)]
        again.legend(loc="upper right", borderpad=0)

    def show(self, *, result, lifetime, stored_now, lifetimes, again, stored):
        """Draw a run of the store, a Sessions; return (finding, words).

        lifetime: of its sessions (minutes); stored_now: so many of them are valid on average.
        lifetimes: others (minutes), and for each the % of look-ups that ask for a log-in, and the
        sessions `stored` on average.
        """
        visits = result.visits
        begin, over, browser = visits.sessions
        shown = browser < ROWS
        rows = zip(begin[shown] / 60, over[shown] / 60, browser[shown], strict=True)
        self.valid.set_verts([_bar(*row) for row in rows])
        drawn = visits.browser < ROWS
        for answer, mark in self.marks.items():
            which = result.answers == answer
            if answer == THROWN_OUT:
                which |= result.answers == LET_IN
            mark.set_data(visits.times[which & drawn] / 60, visits.browser[which & drawn])
        refused = result.count(NOBODY) + result.count(THROWN_OUT)
        share = 100 * refused / max(1, result.look_ups)
        self.again.set_data(lifetimes, again)
        self.stored.set_data(lifetimes, stored)
        self.here[0].set_data([lifetime], [share])
        self.here[1].set_data([lifetime], [stored_now])
        wrong = result.count(THROWN_OUT) + result.count(LET_IN)
        verdict = f"{wrong} wrong answer{'s' * (wrong != 1)}" if wrong else "every answer right"
        return f"{self.name}, lifetime {lifetime:g} min: {verdict}", (
            f"{result.look_ups:,} look-ups: {result.count(USER):,} gave the user, "
            f"{result.count(NOBODY):,} rightly None; {result.count(THROWN_OUT):,} threw out a user "
            f"with a valid session, {result.count(LET_IN):,} let somebody in without one. "
            f"{share:.0f} % asked for a log-in; {stored_now:.0f} sessions valid at a time."
        )


def _bar(start, end, row):
    return [(start, row - 0.3), (start, row + 0.3), (end, row + 0.3), (end, row - 0.3)]
