"""A student's guesses, a row a notebook: how many times too low or too high each one was."""

from statistics import geometric_mean

from matplotlib import rc_context
from matplotlib.ticker import NullLocator

from course.view import style

MOST = 30  # times too low or too high; what is further is drawn at the edge
TICKS = {1 / 10: "a tenth", 1 / 3: "a third", 1: "right", 3: "3 ×", 10: "10 ×"}


class GuessesPicture:
    """A diamond a guess, on a scale of ratios. Drawn once: there is nothing to move."""

    @rc_context(style.LOOK)
    def __init__(self, questions, guesses):
        """questions: of course.predictions, by notebook; guesses: numbers above 0, by notebook."""
        self.questions, self.guesses = questions, guesses
        rows = [name for name in questions if name in guesses]
        self.figure, axes = style.figure(1, 1, width=3.9, height=1.2 + 0.3 * max(1, len(rows)))
        self.moving = ()
        axes.set(xscale="log", xlim=(1 / MOST / 1.2, MOST * 1.2), ylim=(len(rows) - 0.4, -0.6))
        axes.set_xticks(list(TICKS), list(TICKS.values()))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_yticks(range(len(rows)), [name[:2] for name in rows])
        axes.set_title("Your guess, next to what comes out")
        axes.axvline(1, color=style.INK, linewidth=1)
        places = [min(max(self._ratio(name), 1 / MOST), MOST) for name in rows]
        axes.plot(places, range(len(rows)), **style.PREDICTION)

    def _ratio(self, name):
        return self.guesses[name] / self.questions[name].answer

    def show(self):
        """Return (finding, words): by how much the guesses were off, and each of them."""
        names = [name for name in self.questions if name in self.guesses]
        if not names:
            return "No guess yet", "Each notebook asks for one before its first experiment."
        words = [self._words(name) for name in names]
        off = [max(self._ratio(name), 1 / self._ratio(name)) for name in names]
        many, middle = "es" * (len(names) > 1), geometric_mean(off)
        finding = f"{len(names)} guess{many}, typically off by a factor of {middle:.1f}"
        if len(names) >= 4:
            half = len(names) // 2
            first, last = geometric_mean(off[:half]), geometric_mean(off[-half:])
            finding += f"; the first {half} by {first:.1f}, the last {half} by {last:.1f}"
        return finding, " ".join(words)

    def _words(self, name):
        question, guess = self.questions[name], self.guesses[name]
        unit = f" {question.unit}" if question.unit else ""
        return (
            f"{name[:2]}, {question.asks}: you said {guess:,g}{unit}, it is {question.answer:,g}."
        )
