"""What the explorers of every lab are held against: the corners of their controls, each step of
them, the words below the picture, and a student's code that never returns.

Controls are moved by hand, without a redraw at every move: `corners` runs once a corner.
"""

import itertools
import re
from html import unescape

PATIENCE = 60.0  # s a redraw may take: a busy machine is not what these tests are about


def shown(explorer):
    """Return the words below the picture, as the picture gave them."""
    return re.sub("<[^>]*>|\u202f", "", unescape(explorer.sentence.value))


def pictured(explorer):
    """Return whether there is a picture, and not a sentence in its place."""
    return explorer.image.layout.display is None and bool(explorer.image.moving)


def moving(explorer):
    """Return the part of the picture that moves, as SVG text."""
    return list(explorer.image.moving)


def options(control):
    """Return all values that a control can have, the two ends of a slider of numbers."""
    if hasattr(control, "min"):
        return [control.min, control.max]
    if isinstance(control.value, bool):
        return [False, True]
    return [each[1] if isinstance(each, tuple) else each for each in control.options]


def ends(control):
    """Return the first and the last value of a control."""
    values = options(control)
    return [values[0], values[-1]]


def corners(explorer, values_of=ends, fixed=(), every=False):
    """Move all controls but `fixed` to combinations of `values_of`; draw, and yield each sentence.

    The combinations: every control at its first value, or all but one; every control at its last
    value, or all but one. So each two controls meet at all four of their ends, in 2k + 2 pictures
    for k controls instead of 2 to the power k. every: all combinations.
    """
    explorer.seconds = PATIENCE
    names = [name for name in explorer.controls if name not in fixed]
    for control in explorer.controls.values():
        control.unobserve_all("value")
    choices = [list(values_of(explorer.controls[name])) for name in names]
    for values in itertools.product(*choices):
        pairs = list(zip(values, choices, strict=True))
        away = sum(value != first for value, (first, *_) in pairs)
        before = sum(value != last for value, (*_, last) in pairs)
        if every or min(away, before) <= 1:
            for name, value in zip(names, values, strict=True):
                explorer.controls[name].value = value
            yield drawn(explorer)


def drawn(explorer):
    """Redraw, hold the outcome to be a picture with words, and return these."""
    sentence = explorer.refresh()
    assert pictured(explorer), f"{explorer.values}: {sentence}"
    assert len(sentence) > 40, f"{explorer.values}: {sentence!r}"
    assert not re.search(r"\b(nan|inf)\b", sentence), f"{explorer.values}: {sentence}"
    return sentence


def neighbours(control):
    """Return the values one step away from where a control stands."""
    if hasattr(control, "min"):
        near = (control.value - control.step, control.value + control.step)
        return [value for value in near if control.min <= value <= control.max]
    values = options(control)
    place = values.index(control.value)
    return [values[near] for near in (place - 1, place + 1) if 0 <= near < len(values)]


def assert_every_step_is_seen(explorer, how=any):
    """One step of any control is another picture; back it is the first again.

    how: `all` if both a step up and a step down must be seen; `any`: one of them.
    """
    explorer.seconds = PATIENCE
    before = moving(explorer)
    assert len(explorer.controls) >= 3

    def seen(control, value):
        control.value = value
        return moving(explorer) != before

    for name, control in explorer.controls.items():
        start, near = control.value, neighbours(control)
        assert not near or how(seen(control, value) for value in near), name
        control.value = start
        assert moving(explorer) == before, name


def assert_stopped(show, component, method):
    """`show(class)`: a class whose `method` loops for ever is stopped; then it is drawn again."""

    class Hangs(component):
        stuck = False

    def hang(self, *arguments):
        while Hangs.stuck:
            pass
        return getattr(component, method)(self, *arguments)

    setattr(Hangs, method, hang)
    explorer = show(Hangs)
    assert pictured(explorer)
    Hangs.stuck, explorer.seconds = True, 0.2
    assert explorer.refresh().startswith("Stopped after 0.2 s")
    assert not pictured(explorer)
    Hangs.stuck, explorer.seconds = False, 3.0
    explorer.refresh()
    assert pictured(explorer)


def answers(explorer):
    """Press the button of each step twice; return the answers, by number."""
    said = {}
    for number, step in enumerate(explorer.experiment.steps, start=1):
        explorer.experiment.press(number)
        told = explorer.experiment.press(number)
        assert pictured(explorer) and step.question in told, told
        said[number] = told.partition(step.question)[2].strip()
    return said
