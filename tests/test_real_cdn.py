"""Notebook 05 for real: the student's cache in proxies, Cache-Control, and an unplugged origin."""

from contextlib import suppress
from queue import Empty, SimpleQueue

import numpy as np
import pytest

from course.cdn import explore_real, real, rehearsal
from course.cdn.boxes import edge_box
from course.cdn.rehearsal import HIT, MISS, NO_PAGE, OUTAGE, STALE, rehearse, users
from course.engine.component import ComponentError
from course.real.counts import CountsPicture
from course.real.crowd import KILL
from course.real.processes import Stage
from course.view.canvas import Canvas
from tests.course_scripts import solved
from tests.explorers import corners, options, shown
from tests.picture_text import in_figure
from tests.test_real import alive, asked
from tests.test_real_labs import press

pytestmark = pytest.mark.by_value

CACHE = solved("05_cdn")["EdgeCache"]
FEW = {"requests": 100, "duration": 4.0}


def test_a_real_edge_obeys_cache_control_and_serves_stale_when_the_origin_is_gone():
    """Unplugged half way by hand: then whatever an edge ever had is served, and nothing else."""
    hands, runs = SimpleQueue(), []
    for run in real.measure(CACHE, max_age=1, hands=hands, **FEW):
        pids = [process.pid for process in Stage.current.processes]
        if run.share >= 0.5 and runs and runs[-1].share < 0.5:
            hands.put(KILL)
        runs.append(run)
    assert Stage.current is None and not [pid for pid in pids if alive(pid)]
    assert run.share == 1 and (run.times == users(**FEW).times).all()
    (dead, _), had, last = run.outage, set(), {}
    rows = zip(run.times, run.edges, run.photos, run.status, strict=True)
    for at, edge, photo, status in rows:
        if at > dead + 0.3:
            stored = (edge, photo) in had
            assert status == NO_PAGE if not stored else status in (STALE, HIT)
            assert status != HIT or at < last[edge, photo] + 2.0
        elif at < dead - 1.0:
            assert status in (HIT, MISS)
            fresh = (edge, photo) in had and at < last[edge, photo] + 0.3
            assert status == HIT if fresh else (edge, photo) in had or status == MISS
        if status == MISS:
            had.add((edge, photo))
            last[edge, photo] = at
    assert min(run.count(status) for status in (HIT, MISS, STALE, NO_PAGE)) > 0
    assert (run.took >= rehearsal.NEAR[users(**FEW).cities]).all()
    assert "Cache-Control: max-age=1" in run.headers or run.headers.endswith(": ")


def test_a_wrong_cache_on_a_real_edge_is_one_sentence():
    class Pairs:  # in here: sent by value, so that the process need not import this file
        def __init__(self, origin):
            pass

        def fetch(self, url, now):
            return url, "hit"

    with pytest.raises(ComponentError) as error, Stage() as stage:
        edge = stage.start("edge", edge_box, Pairs, ("/a.jpg",), 0.0)
        edge.send(origin=9)
        port = stage.ready(edge)[0]["port"]
        assert asked(port, "/a.jpg") == 403
        assert asked(port, "/a.jpg", stage.token) == 500
        stage.next(5.0)
    assert str(error.value).startswith("Pairs.fetch('/a.jpg', ")
    assert str(error.value).endswith("returned ('/a.jpg', 'hit'), expected (body, status).")


@pytest.mark.parametrize("max_age", [0, 1, 4])
def test_the_formula_is_the_mean_of_many_simulated_days(max_age, monkeypatch):
    misses, times = [], []
    for day in range(60):
        monkeypatch.setattr(rehearsal, "SEED", 1000 + day)
        run = rehearse(CACHE, max_age=max_age)
        misses.append(run.count(MISS))
        times.append(run.mean_time)
    for found, expected in zip((misses, times), rehearsal.formula(max_age), strict=True):
        assert np.mean(found) == pytest.approx(expected, rel=0.01, abs=3 * np.std(found) / 60**0.5)


@pytest.fixture
def without_processes(monkeypatch):
    """Let a real run answer at once what the simulation says."""

    def rehearsed(edge_cache, *, max_age, outage, hands):
        with suppress(Empty):
            outage = hands.get_nowait() and (1.0, 2.0)
        yield rehearse(edge_cache, max_age=max_age, outage=outage)

    monkeypatch.setattr(real, "measure", rehearsed)


def test_the_steps_of_a_real_cdn_say_what_was_measured(without_processes):
    explorer = explore_real(CACHE)
    assert shown(explorer).startswith("Nothing is measured yet")
    two, none, gone = press(explorer, "05_cdn")
    run = rehearse(CACHE, max_age=2)
    formula = f"{rehearsal.formula(2)[0]:.0f}"
    assert f"{run.count(MISS)} of 240 requests reached the origin; {formula} by" in two
    assert "240 of 240 requests reached the origin; 240 by the formula, 240 in" in none
    dead = rehearse(CACHE, max_age=2, outage=OUTAGE)
    assert f"{dead.count(STALE)} old copies" in gone and f"{dead.count(NO_PAGE)} requests" in gone
    bars = [bar.get_width() for bar in explorer.picture.counts[0].bars]
    assert bars == [0, dead.count(MISS), dead.count(MISS)]
    explorer.during[1].click()  # unplugged by hand: the formula does not know of that
    by_hand = rehearse(CACHE, max_age=2, outage=(1.0, 2.0)).count(MISS)
    explorer.experiment.press(1)
    said = explorer.experiment.press(1)
    assert said.endswith(f"origin; {by_hand} in the simulation.") and "1.0 s to 2.0" in shown(
        explorer
    )


def test_every_corner_of_a_real_cdn_is_a_picture(without_processes):
    assert list(corners(explore_real(CACHE), options, every=True))


def test_a_count_that_is_off_the_scale_is_written_out():
    picture = CountsPicture({"misses": 240, "errors": 100})
    Canvas(picture.figure, picture.moving)  # from now on the axes keep their places
    picture.show_counts((500, 100), (240, 9999), None)
    texts = [text.get_text() for panel in picture.counts for text in panel.texts]
    assert texts == ["500 (beyond the edge)", "240", "–", "100", "9999 (beyond the edge)", "–"]
    assert in_figure(picture.figure, picture.moving) == []


def test_what_is_not_written_yet_is_said(monkeypatch):
    class Stub:
        def __init__(self, origin):
            pass

        def fetch(self, url, now):
            raise NotImplementedError("Exercise B: serve a fresh copy, or ask the origin")

    found = explore_real(Stub)
    assert shown(found) == "Not written yet. Exercise B: serve a fresh copy, or ask the origin"
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert explore_real(CACHE) is None
