"""Sliders, pictures and the sentences shown when a student's component fails."""

import re
import subprocess
import sys
import threading
import time
from xml.etree import ElementTree

import numpy as np
import pytest

from course.engine import component
from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from course.engine.parameters import NEVER
from course.view import limit, style
from course.view.architecture import Node, Tier, architecture
from course.view.canvas import CROWD, Canvas, Renderer
from course.view.explore import (
    Step,
    Unguessed,
    choice,
    choice_slider,
    explore,
    in_milliseconds,
    in_percent,
    moments,
    pictured,
    slider,
    tick,
)
from course.view.limit import TimeLimitReached, time_limit
from course.view.world import GROUND, SEA
from tests.course_scripts import ROOT
from tests.picture_text import LEAST, contrast, in_figure


class Line:
    """A picture of one number: a line of that slope."""

    def __init__(self):
        self.figure, axes = style.figure(1, 1)
        axes.set(xlim=(0, 1), ylim=(0, 10))
        (self.line,) = axes.plot([], [], **style.YOURS)
        self.note = self.figure.text(0.5, 0.9, "")
        self.moving = (self.line, self.note)

    def show(self, slope):
        self.line.set_data([0, 1], [0, slope])
        self.note.set_text(f"slope {slope}")
        return f"Slope {slope}", f"A line of slope {slope} < 11."


def explored(run, **options):
    def outcome(rate):
        return {"slope": run(rate)}

    return explore({"rate": slider("rate", 2, 0, 10, 1, "per s")}, outcome, Line(), **options)


def test_a_move_redraws_the_picture_and_says_it_in_words():
    explorer = explored(lambda rate: rate)
    before = explorer.image.moving
    assert explorer.image.frames == [
        (0.0, 0.0, 547.2, 252.0, False)
    ]  # 760 by 350 pixels, in points
    assert "slope 2 &lt; 11" in explorer.sentence.value
    assert "<b>Slope 2.</b>" in explorer.sentence.value and explorer.image.label == "Slope 2"
    background = explorer.image.background
    explorer.controls["rate"].value = 7
    assert explorer.image.moving != before and "slope 7" in explorer.sentence.value
    assert explorer.image.label == "Slope 7" and explorer.image.background is background
    explorer.controls["rate"].value = 2
    assert explorer.image.moving == before


def drawn(slope):
    picture = Line()
    canvas = Canvas(picture.figure, picture.moving)
    picture.show(slope)
    return canvas.drawn()


def test_a_redrawn_picture_is_what_a_fresh_drawing_gives():
    picture = Line()
    canvas = Canvas(picture.figure, picture.moving)
    for slope in (9, 1, 4):
        picture.show(slope)
        redrawn = canvas.drawn()
    assert redrawn == drawn(4) != drawn(1)


def test_what_looks_as_before_is_not_drawn_again(monkeypatch):
    figure, axes = style.figure(1, 1)
    line, bar = axes.plot([], [])[0], axes.bar([1], [1])[0]
    words = axes.text(0.5, 0.5, "two", bbox={"facecolor": style.PAPER})
    dots, image = axes.scatter([1, 2], [1, 2]), axes.imshow(np.zeros((2, 2, 3)))
    odd = axes.plot([], [])[0]
    moving, names = (
        (line, bar, words, dots, image, odd),
        ["line", "bar", "words", "dots", "image", "odd"],
    )
    canvas, drawn = Canvas(figure, moving), []
    look_of = Renderer.look_of

    def noted(renderer, artist):
        drawn.append(names[moving.index(artist)])
        return look_of(renderer, artist)

    monkeypatch.setattr(Renderer, "look_of", noted)

    def change(values):
        line.set_data(values, [1, 2])
        bar.set_width(values[0])
        words.set(text=str(values[0]), position=(0.5, 0.5))
        dots.set_offsets(np.array([values, values]))
        image.set_data(np.full((2, 2, 3), values[0]))
        odd.set_gid([np.array(values)])
        odd.stale = True  # and whether two such lists are equal cannot be said
        drawn.clear()
        return canvas.drawn()

    before = change([0, 0.5])
    assert drawn == names
    assert change([0, 0.5]) == before and drawn == ["odd"]
    change([1, 0.5])
    assert drawn == names and change([0, 0.5]) == before
    for artist, what in (
        (words, {"weight": "bold"}),
        (words, {"color": style.BLUE}),
        (words.get_bbox_patch(), {"facecolor": style.SKY}),
        (bar, {"hatch": "//"}),
        (line, {"visible": False}),
        (dots, {"sizes": [50]}),
    ):
        artist.set(**what)
        words.stale = True  # its box does not tell
        drawn.clear()
        assert canvas.drawn() != before and len(drawn) == 1, what
        before = canvas.drawn()


def test_the_height_of_a_line_is_what_matplotlib_finds(monkeypatch):
    figure, axes = style.figure(1, 1)
    for size, weight in ((9, "normal"), (14, "bold")):
        axes.text(0.5, size / 20, "two\nlines", va="center", fontsize=size, weight=weight)
    ours = Canvas(figure).background
    monkeypatch.delattr(Renderer, "_get_font_height_metrics")
    assert Canvas(figure).background == ours


def test_text_is_text_held_where_it_is_aligned_and_colours_are_variables():
    figure, axes = style.figure(1, 1)
    axes.set_axis_off()
    axes.text(0.5, 0.5, "two\nlines", ha="right", color=style.BLUE)
    axes.text(0.5, 0.2, "up", ha="center", va="center", rotation=90)
    axes.plot([0, 1], [0, 1], color="#123456")
    [svg] = Canvas(figure).background
    lines = re.findall(r"<text ([^>]*)>(.*?)</text>", svg)
    assert [text for _, text in lines] == ["two", "lines", "up"]
    assert all("text-anchor: end" in look and "var(--c-0072b2)" in look for look, _ in lines[:2])
    ends = [re.search(r'x="([^"]*)"', look)[1] for look, _ in lines[:2]]
    assert ends[0] == ends[1]
    assert "text-anchor: middle" in lines[2][0] and "rotate(-90 " in lines[2][0]
    assert re.search(r"stroke:var\(--c-123456, light-dark\(#123456,#[0-9a-f]{6}\)\)", svg)
    assert not re.search(r"(?<!light-dark\()#[0-9a-f]{6}", svg.replace(",#", ""))


def test_paths_that_look_alike_are_written_with_one_look():
    """A map's cities and a chart's markers would take some 100 bytes each."""
    figure, axes = style.figure(1, 1)
    axes.set_axis_off()
    cities = axes.scatter([1, 2, 3], [1, 2, np.nan], s=[10, 40, 10], c=style.BLUE)
    (line,) = axes.plot([1, 2], [2, 1], "o", color=style.ORANGE)
    bars = axes.broken_barh([(0, 1), (2, 1)], (0, 1), facecolor=style.SKY, hatch="....")
    canvas = Canvas(figure, (cities, line, bars))
    [svg] = canvas.drawn()
    blue, orange, hatched = re.findall(r'<path d="([^"]*)"', svg)
    radii = [float(radius) for radius in re.findall(r"m-([\d.]*) 0a", blue)]
    assert radii == [pytest.approx(size**0.5 / 2, abs=0.01) for size in (10, 40)]
    assert orange.count("M") == 2 and hatched.count("M") == 2 and "url(#h" in svg
    assert svg.count("var(--f-0072b2)") == svg.count("var(--f-e69f00)") == 1
    assert svg.count("<pattern") == 0
    assert canvas.background[0].count("<pattern") == 1  # once, and not at each move
    bars.set_facecolor(style.GREEN)
    for _ in range(2):  # a hatch that the page does not have comes with each move that needs it
        assert canvas.drawn()[0].count("<pattern") == 1
    assert len(re.findall("M", re.search(r'<path d="([^"]*)"[^>]*url\(#h', svg)[1])) == 2


@pytest.mark.parametrize(
    ("look", "apart"),
    [
        ({"x": [1, 9]}, 1),
        ({"x": [1, 1.1]}, 1),  # just one blue spot
        ({"x": [1, 1.1], "facecolor": "none"}, 1),
        ({"x": [1, 1.1], "edgecolor": style.INK}, 2),  # of the one below a part can be seen
        ({"x": [1, 1.1, 9], "edgecolor": style.INK}, 2),
        ({"x": [1.05, 1, 1.1], "edgecolor": style.INK}, 3),
        ({"x": [1, 9], "edgecolor": style.INK}, 1),
        ({"x": [1, 1.1], "alpha": 0.5}, 2),  # darker where they overlap
        ({"x": [1, 9], "alpha": 0.5}, 1),
    ],
)
def test_marks_are_one_path_if_that_looks_the_same(look, apart):
    figure, axes = style.figure(1, 1)
    axes.set(xlim=(0, 10), ylim=(0, 2))
    color = {"color": style.BLUE} if "facecolor" not in look else {"edgecolor": style.BLUE}
    marks = axes.scatter(**{"y": np.ones(len(look["x"])), "marker": "^"} | color | look)
    [svg] = Canvas(figure, [marks]).drawn()
    outlines = re.findall(r'<path d="([^"]*)"', svg)
    assert len(outlines) == apart
    places = axes.transData.transform(marks.get_offsets())
    side = np.array([[0, 0.5], [-0.5, -0.5], [0.5, -0.5]]) * marks.get_sizes()[0] ** 0.5
    height = figure.bbox.height
    expected = [(x + dx, height - y - dy) for x, y in places.tolist() for dx, dy in side.tolist()]
    corners = walked("".join(outlines))
    if apart < len(places):  # joined in another order than they stand
        corners, expected = sorted(corners), sorted(expected)
    assert corners == [pytest.approx(each, abs=0.11) for each in expected]


def test_of_a_crowd_each_mark_has_a_path_of_its_own_in_their_order():
    """With more than CROWD marks, which of them overlap is not looked at."""
    figure, axes = style.figure(1, 1)
    axes.set(xlim=(0, 10), ylim=(0, 2))
    places = np.column_stack([np.tile([1.0, 1.1, 9.0], CROWD)[: CROWD + 1], np.ones(CROWD + 1)])
    marks = axes.scatter(*places.T, c=style.BLUE, edgecolor=style.INK)
    canvas = Canvas(figure, [marks])

    def paths():
        return re.findall(r'<path d="([^"]*)"', "".join(canvas.drawn()))

    across = axes.transData.transform(places)[:, 0]
    assert [float(re.match(r"M([\d.]+)", path)[1]) for path in paths()] == [
        pytest.approx(x, abs=0.06) for x in across
    ]
    marks.set_offsets(places[:CROWD])
    layers = [path.count("M") for path in paths()]  # those at 9 lie on one another, not on others
    assert len(layers) == sum(places[:CROWD, 0] != 9) and sum(layers) == CROWD
    assert layers == sorted(layers, reverse=True) and set(layers) == {1, 2}
    marks.set(offsets=places, edgecolor=style.BLUE)  # of one colour they are one spot
    assert len(paths()) == 1


def walked(outlines):
    """Return the corners of triangles whose texts tell how far each corner is from the last one."""
    corners = []
    for outline in re.findall("M[^M]*", outlines):
        pen = np.zeros(2)
        for letter, numbers in re.findall("([Mml])([^Mmlz]*)", outline):
            pen = pen + np.array(numbers.split(), float)
            corners += [tuple(pen)] if letter != "M" else []
    return corners


def frames(figure):
    return Canvas(figure).frames


def test_columns_of_axes_are_panels_and_a_legend_for_all_is_one_too():
    figure, _ = style.figure(2, 2, width=8)
    left, right = frames(figure)
    assert left[0] == 0 and left[2] + right[2] == pytest.approx(576) and right[0] == left[2]
    assert left[1] == right[1] == 0 and left[3] == right[3] == 252
    assert len(frames(style.figure(2, 1)[0])) == 1
    assert len(frames(style.figure(1, 2, sharey=True)[0])) == 1  # one has the other's labels
    figure, (one, _) = style.figure(1, 2)
    one.plot([], [], label="a line")
    figure.legend(loc="outside lower left")
    left, right, legend = frames(figure)
    assert left[1] + left[3] == legend[1] and legend[1] + legend[3] <= 252
    figure.legends[0].set_loc("upper center")
    figure.set_layout_engine("none")
    above, *rest = frames(figure)
    assert [each[4] for each in (above, *rest)] == [True, False, False]
    assert above[1] + above[3] == rest[0][1] == rest[1][1] and rest[0][3] < 252


def test_a_saved_notebook_keeps_a_still_picture():
    explorer = explored(lambda rate: rate)
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    still = ElementTree.fromstring(bundle["image/svg+xml"])
    assert still.find("{*}title").text == "Slope 2" and "slope 2" in bundle["image/svg+xml"]
    assert ".explore-still" in still.find("{*}style").text

    def unwritten(rate):
        raise NotImplementedError

    assert "image/svg+xml" not in explored(unwritten)._repr_mimebundle_()


def test_a_dark_page_has_colours_that_can_be_read():
    paper = style._dark(style.PAPER, "c")
    for colour in (style.INK, style.BLACK, style.BLUE, style.WARNING):  # of text
        assert contrast(style._dark(colour, "c"), paper) >= LEAST
    ink = style._dark(style.INK, "c")
    for colour in (*style.DARK, SEA, GROUND, "#F3F6F9", "#CFE3F1", "#F2B79B"):
        if colour not in (style.INK, style.BLACK, style.GREY):
            assert contrast(style._dark(colour, "f"), ink) >= LEAST, colour  # a letter on an area
    for colour in (*style.SERVERS, style.WARNING):
        assert contrast(style._dark(colour, "f"), paper) >= 3, colour  # an area on the page


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotImplementedError("Exercise A: choose"), "Not written yet. Exercise A: choose"),
        (NotImplementedError(), "Not written yet."),
        (DatabaseUnavailable("photos.db: no such file."), "photos.db: no such file."),
        (ComponentError("pick returned 'b'."), "pick returned &#x27;b&#x27;."),
        (SystemExit(), "Your code ended the program: leave exit() out of it."),
        (ValueError("rate = 3: must be ≥ 4"), "rate = 3: must be ≥ 4"),
    ],
)
def test_an_error_is_one_sentence_in_place_of_the_picture(error, sentence):
    def run(rate):
        if rate == 3:
            raise error
        return rate

    explorer = explored(run)
    explorer.controls["rate"].value = 3
    assert explorer.image.layout.display == "none"
    assert f">{sentence}</p>" in explorer.sentence.value
    explorer.controls["rate"].value = 4
    assert explorer.image.layout.display is None and "slope 4" in explorer.sentence.value


def test_per_cent_is_written_as_in_the_text_around_it():
    explorer = explored(lambda rate: rate)
    explorer._write("80% busy", "5.5% failed & 100%, of 20%2")
    assert "80\u202f% busy" in explorer.sentence.value
    assert "5.5\u202f% failed &amp; 100\u202f%, of 20\u202f%2" in explorer.sentence.value


@pytest.mark.parametrize(
    ("high", "step", "shown"), [(5000, 500, "5,000"), (5000, 0.25, "5,000.00")]
)
def test_a_slider_shows_thousands_as_the_text_does(high, step, shown):
    control = slider("traffic", high, 0, high, step)
    assert format(control.value, control.readout_format) == shown  # d3's language is Python's


def test_a_slider_over_options_starts_where_it_is_told():
    control = choice_slider("dies at", [("never", None), ("5 s", 5), ("10 s", 10)], 10)
    assert control.value == 10
    assert [label for label, _ in control.options] == ["never", "5 s", "10 s"]


def test_a_choice_of_none_is_refused():
    """Its drop-down would be empty, in about every other kernel."""
    assert choice("dies", [("nobody", ""), ("web-1", "web-1")]).index == 0
    with pytest.raises(ValueError, match=r"^dies: an option's value must not be"):
        choice("dies", [("web-1", "web-1"), ("nobody", None)])


def test_an_error_of_the_course_itself_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        explored(lambda rate: 1 / 0)


def never_returns(rate):
    while True:
        pass


def swallows_everything(rate):
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722 - as a student might
            pass


@pytest.mark.parametrize("run", [never_returns, swallows_everything])
def test_a_loop_that_never_ends_is_stopped(run):
    started = time.monotonic()
    explorer = explored(run, seconds=0.2)
    assert "Stopped after 0.2 s: is there a loop that never ends" in explorer.sentence.value
    assert time.monotonic() - started < 5


def test_two_threads_take_turns_and_the_newest_values_are_shown():
    running, order = threading.Lock(), []

    def run(rate):
        assert running.acquire(blocking=False), "two runs at once"
        time.sleep(0.05)
        order.append(rate)
        running.release()
        return rate

    explorer = explored(run)
    threads = []
    for rate in (3, 4, 5):
        thread = threading.Thread(target=setattr, args=(explorer.controls["rate"], "value", rate))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(10)
    assert order[-1] == 5 and "slope 5" in explorer.sentence.value


def test_the_time_limit_works_in_any_thread_and_leaves_nothing_behind():
    outcome = []

    def work():
        try:
            with time_limit(0.1):
                never_returns(1)
        except TimeLimitReached:
            outcome.append("stopped")
        for _ in range(200_000):  # nothing may be raised here any more
            pass
        outcome.append("went on")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert outcome == ["stopped", "went on"]


def test_the_time_limit_works_without_threads_and_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(limit, "can_start_threads", lambda: False)
    before, started = sys.gettrace(), time.monotonic()
    with pytest.raises(TimeLimitReached), time_limit(0.1):
        never_returns(1)
    assert 0.1 < time.monotonic() - started < 5 and sys.gettrace() is before
    with time_limit(60):
        assert sum(range(10)) == 45
    assert sys.gettrace() is before


def test_a_time_limit_that_is_not_reached_leaves_the_interpreter_as_fast_as_it_was():
    """CPython 3.11 hangs under a profiler once an exception that was set has been taken back."""
    code = """
import cProfile
from course.view.limit import TimeLimitReached, time_limit
def body(seconds):
    while seconds < 1:
        pass
for seconds in (60, 0.05):
    try:
        with time_limit(seconds):
            body(seconds)
    except TimeLimitReached:
        pass
cProfile.run("for _ in range(100): str(_)")
"""
    ran = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr


def test_nothing_is_drawn_while_nbgrader_executes(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert explored(never_returns) is None
    assert architecture((Tier("web", (Node("a"),)),), ()) is None


def test_controls():
    assert slider("rate", 1, 0, 10, 1).readout_format == ",d"
    assert slider("rate", 1.0, 0.0, 10.0, 0.25, "s").readout_format == ",.2f"
    assert slider("rate", 1.0, 0.0, 10.0, 0.25, "s").description == "rate (s)"
    assert slider("rate", 1.0, 0.0, 10.0, 1.0).readout_format == ",.0f"
    assert choice("algorithm", ["random", "mine"], "mine").value == "mine"
    assert choice("algorithm", ["random", "mine"]).value == "random"
    assert tick("yes").value is False


def test_the_architecture_is_drawn_with_its_words():
    tiers = (
        Tier("clients", (Node("browser"),), zone="internet"),
        Tier("web", (Node("web-1", ("10.0.0.1",)), Node("web-2")), new=True, zone="private"),
    )
    image = architecture(tiers, (("browser", "web-1", "HTTP"), ("browser", "web-2", "")))
    assert "10.0.0.1" in image.svg and image.label == (
        "clients: browser; web: web-1, web-2. Arrows: browser to web-1 (HTTP), browser to web-2."
    )
    shown, _ = image._repr_mimebundle_()
    assert shown["text/plain"] == image.label and shown["image/svg+xml"] == image.svg


def test_text_has_a_contrast_of_at_least_four_and_a_half():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)  # WebAIM's, 2024
    for ink in (style.INK, style.BLACK, style.BLUE, style.WARNING):  # what text is written in
        for paper in (style.PAPER, SEA, GROUND, "#F3F6F9"):  # pictures, maps, a network's zone
            if (ink, paper) != (style.BLUE, GROUND):  # not on land
                assert contrast(ink, paper) >= LEAST, (ink, paper)


def test_what_cannot_be_read_in_a_picture_is_found():
    figure, axes = style.figure(1, 1)
    axes.set(xticks=[2, 20], yticks=[], xlim=(0, 10), ylim=(0, 10))
    assert in_figure(figure) == []
    axes.text(5, 5, "slanted one", rotation=45)
    axes.text(5.5, 5, "slanted two", rotation=45)
    assert in_figure(figure) == []
    axes.text(2, 5, "written on")
    axes.text(2.2, 5, "the other")
    figure.text(0.97, 0.5, "beyond the edge")
    axes.text(2, 8, "pale", color=style.GREY)
    assert in_figure(figure) == [
        "'beyond the edge' is cut off at the edge",
        "'written on' and 'the other' lie on each other",
        "'pale' has a contrast of 3.4",
    ]


class Picky:
    def __init__(self, rng=None):
        self.rng, self.seen = rng, []


def test_a_component_is_made_fresh_from_class_instance_or_function():
    made = component.make(Picky, seed=1)
    assert (
        isinstance(made, Picky) and made.rng.random() == component.make(Picky, seed=1).rng.random()
    )
    mine = Picky()
    copied = component.make(mine)
    copied.seen.append(1)
    assert mine.seen == [] and isinstance(copied, Picky)
    mine.seen.append(threading.Lock())
    with pytest.raises(ComponentError, match="Copying your Picky object raised TypeError"):
        component.make(mine)
    assert component.make(lambda: 5) == 5
    assert component.make(lambda size: size, size=3) == 3
    assert component.name_of(Picky) == "Picky" and component.name_of(mine) == "Picky"


def broken():
    raise KeyError("web-1")


def stub():
    raise NotImplementedError("Exercise A: choose")


class Unprintable:
    def __repr__(self):
        raise ValueError("no")


def test_what_a_component_raises_becomes_a_sentence():
    with (
        pytest.raises(ComponentError, match=r"^pick\(servers\) raised KeyError: 'web-1'\.$"),
        component.sentences(lambda: "pick(servers)"),
    ):
        broken()
    with pytest.raises(ComponentError, match=r"^broken\(…\) raised KeyError"):
        component.make(broken)
    with pytest.raises(NotImplementedError, match="Exercise A: choose"):
        component.make(stub)
    with pytest.raises(KeyboardInterrupt), component.sentences("pick(servers)"):
        raise KeyboardInterrupt
    with pytest.raises(LookupError), component.sentences("pick(servers)", passing=[LookupError]):
        broken()


def test_a_missing_method_is_named_as_it_is_called():
    pop, append = component.methods([1], "pop(index)", "append")
    append(2)
    assert pop(0) == 1
    with pytest.raises(ComponentError, match=r"^list has no method pick\(servers\)\.$"):
        component.methods([], "pop", "pick(servers)")


def test_what_a_component_returns_is_shown_short():
    sentence = component.wrong_return("pick(servers)", "b", "one of the servers")
    assert sentence == "pick(servers) returned 'b', expected one of the servers."
    assert len(component.short("x" * 500)) == 80
    assert component.short(Unprintable()) == "an object whose repr raises ValueError"


def test_in_a_kernel_moves_are_run_in_the_background_and_the_newest_wins(monkeypatch):
    began, go_on, ran = threading.Event(), threading.Event(), []

    def run(rate):
        ran.append(rate)
        if rate == 3:
            began.set()
            assert go_on.wait(10)
        return rate

    explorer = explored(run)
    monkeypatch.setattr("course.view.explore.in_a_kernel", lambda: True)
    explorer.controls["rate"].value = 3
    assert began.wait(10)  # and we are here: the move did not wait for it
    for rate in (4, 5, 6):
        explorer.controls["rate"].value = rate
    go_on.set()
    explorer.next.result(10)
    assert ran == [2, 3, 6] and "slope 6" in explorer.sentence.value


def test_in_a_kernel_an_error_of_the_course_itself_is_printed(monkeypatch, capsys):
    explorer = explored(lambda rate: 1 / (rate - 3))
    monkeypatch.setattr("course.view.explore.in_a_kernel", lambda: True)
    explorer.controls["rate"].value = 3
    explorer.next.result(10)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_slider_shows_per_cent_and_milliseconds_and_run_gets_shares_and_seconds():
    given = {}

    def run(**values):
        given.update(values)
        return {"slope": 1}

    controls = {
        "share": in_percent("writes", 5, 0, 50, 5, "% of requests"),
        "lag": in_milliseconds("lag", 120, 0, 500, 20),
        "dies_at": moments("dies at", (1, 2), unit="minute {}", seconds=60),
        "back_at": moments("back at", (1, 2), 2, never=None),
    }
    explorer = explore(controls, run, Line())
    assert given == {"share": 0.05, "lag": 0.12, "dies_at": NEVER, "back_at": 2}
    assert controls["dies_at"].options[0] == ("never", NEVER)
    assert [label for label, _ in controls["back_at"].options] == ["1 s", "2 s"]
    controls["dies_at"].value = 120
    assert explorer.values["dies_at"] == given["dies_at"] == 120


# ── the steps of an experiment ──


def experiment(run, *moves):
    """Return an explorer of a rate and a share, with a step for each of `moves`."""
    controls = {"rate": slider("rate", 2, 0, 10, 1), "share": in_percent("share", 29, 0, 100, 1)}
    chosen = [
        Step(f"rate {values}", values, "How steep?", lambda slope: f"It is {slope:.2f} < 11.")
        for values in moves
    ]
    return explore(controls, run, Line(), experiment=chosen)


def test_a_step_sets_the_controls_and_asks_and_answers_when_pressed_again():
    ran = []

    def run(rate, share):
        ran.append((rate, share))
        return {"slope": rate + share}

    explorer = experiment(run, {"rate": 7}, {"share": 0.57})
    first, second = explorer.experiment.buttons
    assert first.description == "1  rate {'rate': 7}"
    first.click()
    said = explorer.experiment.words
    assert ran[1:] == [(7, 0.29)] and "1 · How steep? (Press again" in said.value
    assert "slope 7.29" in explorer.sentence.value
    first.click()
    assert "1 · How steep? It is 7.29 &lt; 11." in said.value
    explorer.controls["rate"].value = 8  # another run is shown now
    assert "It is" not in said.value and "How steep?" in said.value
    first.click()
    assert "It is 7.29" in said.value and explorer.controls["rate"].value == 7
    second.click()
    assert ran[-1] == (2, 0.57) and "2 · How steep? (Press" in said.value  # the rate is back
    assert second._dom_classes == ("asked",) and not first._dom_classes


def test_a_step_of_a_run_that_fails_gives_no_answer():
    def run(rate, share):
        if rate > 5:
            raise ComponentError("Yours.pick(servers) returned None.")
        return {"slope": rate}

    explorer = experiment(run, {"rate": 7})
    for _ in range(2):
        explorer.experiment.press(1)
    assert "It is" not in explorer.experiment.words.value
    assert "returned None" in explorer.sentence.value


def test_an_explorer_without_steps_has_no_row_for_them():
    explorer = explored(lambda rate: rate)
    assert explorer.experiment not in explorer.children


def test_a_picture_waits_for_the_prediction_that_it_answers():
    @pictured
    def lab(*components, prediction=None):
        return explored(lambda rate: rate)

    waiting = lab(prediction=None)
    assert isinstance(waiting, Unguessed) and "First your guess" in waiting.children[0].value
    waiting.button.click()
    assert "slope 2" in waiting.children[0].sentence.value
    for shown in (lab(), lab(prediction=3), lab(object, prediction=None)):
        assert "slope 2" in shown.sentence.value
