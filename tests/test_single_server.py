"""Notebook 01's lab: what its simulations must show, and that every picture can be drawn."""

import contextlib
import itertools
import linecache
import os
import re
import statistics
from unittest import mock

import numpy as np
import pytest
import simpy
from matplotlib.text import Text

from course import single_server as lab
from course.engine.component import ComponentError
from course.single_server import steps, two_tiers_film
from course.single_server.film import MIDDLE, REQUESTS, SEED, WAY, WORKER, film
from tests import course_scripts, films, oracles
from tests.explorers import PATIENCE, answers, assert_every_step_is_seen, corners, shown

NAME = "01_single_server"


@pytest.fixture(scope="module")
def solved():
    return course_scripts.solved(NAME)


def mean_waits(utilization, seeds, requests):
    """Return the mean wait of each run of one worker, in multiples of the service time."""
    traffic = {"arrival_rate": utilization / 0.1, "service_time": 0.1, "requests": requests}
    return [lab.simulate(seed=seed, **traffic).mean_wait / 0.1 for seed in seeds]


# --- what one server must show -------------------------------------------------------------------


def test_at_80_percent_one_worker_waits_4_times_its_service_time():
    # A mean over n requests has a standard deviation of √(1976 / n), 2 % of 4 at n = 300,000:
    # each seed within 4 of them, and all together (a fifth of the variance) too.
    waits = mean_waits(0.8, range(5), 300_000)
    deviation = (1976 / 300_000) ** 0.5
    assert all(abs(wait - 4) < 4 * deviation for wait in waits), waits
    assert abs(statistics.mean(waits) - 4) < 4 * deviation / 5**0.5, waits


def test_at_95_percent_it_waits_19_times():
    # The band is the runs' own: 4 standard errors of the mean of 10, which must be small enough
    # to tell 19 from 15 (what 94 % gives).
    waits = mean_waits(0.95, range(10), 200_000)
    error = statistics.stdev(waits) / 10**0.5
    assert error < 1, waits
    assert abs(statistics.mean(waits) - 19) < 4 * error, waits


def test_four_workers_at_80_percent_wait_much_less():
    # Erlang C: 0.7455. The wait of four workers varies less than that of one, so 2 % is its bound.
    wait = lab.simulate(arrival_rate=32, workers=4, requests=300_000).mean_wait / 0.1
    assert wait == pytest.approx(0.7455, rel=0.08)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("load", [0.5, 0.95, 1.5])
def test_the_solved_serve_equals_the_built_in_server(solved, workers, load):
    traffic = {"arrival_rate": load * workers / 0.1, "workers": workers, "requests": 2000}
    yours, built_in = lab.simulate(solved["serve"], **traffic), lab.simulate(**traffic)
    assert yours.arrived_at == pytest.approx(built_in.arrived_at, abs=1e-9)
    assert yours.started_at == pytest.approx(built_in.started_at, abs=1e-9)
    assert yours.finished_at == pytest.approx(built_in.finished_at, abs=1e-9)
    assert yours.duration == pytest.approx(built_in.duration, abs=1e-9)


def test_an_interrupt_that_is_not_waited_for_ends_the_run(solved):
    """As the text says; a process that waits gets it instead, and the run goes on."""

    def cut(env, victim):
        yield env.timeout(1)
        victim.interrupt("the user closed the tab")

    def wait(victim):
        with pytest.raises(simpy.Interrupt):
            yield victim

    for waited_for in (False, True):
        env = simpy.Environment()
        workers = simpy.Resource(env, 1)
        victim = env.process(solved["serve"](env, workers, lab.Request(1, work=2.0)))
        env.process(cut(env, victim))
        if waited_for:
            env.process(wait(victim))
            env.run()
        else:
            with pytest.raises(simpy.Interrupt, match="closed the tab"):
                env.run()
        assert workers.count == 0


@pytest.mark.parametrize("load", [0.5, 0.95, 2.0])
def test_littles_law_is_exact(solved, load):
    traffic = {"arrival_rate": load / 0.1, "requests": 2000}
    two_tiers = lab.simulate_two_tiers(solved["serve_two_tiers"], arrival_rate=load / 0.1)
    runs = lab.simulate(**traffic), lab.simulate(solved["serve"], **traffic), two_tiers.result
    for result in runs:
        moments = np.unique(np.concatenate([[0.0], result.arrived_at, result.finished_at]))
        numbers = result.number_in_system(moments[:-1])
        assert result.number_in_system([0.0, result.duration]).tolist() == [0, 0]
        area = float((numbers * np.diff(moments)).sum())
        law = result.throughput * result.mean_latency
        assert area / result.duration == pytest.approx(law, rel=1e-9)


def test_other_seeds_are_other_traffic():
    assert lab.simulate(seed=1).mean_wait != lab.simulate(seed=2).mean_wait
    assert lab.simulate(seed=1).mean_wait == lab.simulate(seed=1).mean_wait


# --- what two tiers must show --------------------------------------------------------------------


def test_as_many_connections_as_web_workers_are_one_box(solved):
    tiers = lab.simulate_two_tiers(solved["serve_two_tiers"], web_workers=4, connections=4)
    box = lab.simulate_two_tiers(web_workers=4)
    assert tiers.result.finished_at == pytest.approx(box.result.finished_at, abs=1e-9)
    assert tiers.db_wait == 0
    assert tiers.web_wait == pytest.approx(box.web_wait, abs=1e-9)
    assert tiers.web_held == pytest.approx(box.web_held, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_web_workers_are_busy_waiting_and_only_connections_help(solved, seed):
    def run(**tiers):
        return lab.simulate_two_tiers(solved["serve_two_tiers"], seed=seed, **tiers)

    few, more_web, more_connections = run(), run(web_workers=16), run(connections=2)
    working = few.web_work * 8 / 4  # 8 requests/s over 4 web workers
    assert few.web_held > 4 * working  # taken, but hardly by work
    assert few.db_held > 0.7
    assert more_web.result.mean_latency > 0.95 * few.result.mean_latency
    assert more_web.db_wait > 1.3 * few.db_wait  # the wait has only moved
    assert more_connections.result.mean_latency < 0.55 * few.result.mean_latency


@pytest.mark.parametrize(("web_workers", "connections"), [(4, 1), (5, 2)])
def test_two_tiers_that_are_never_idle_are_machine_repair(solved, web_workers, connections):
    """A web worker takes the next request at once: it works, "breaks" and needs a connection.

    The band is four standard errors of 8 runs; it must notice an error of a twentieth.
    """
    tiers = {"web_time": 0.3, "web_workers": web_workers, "connections": connections}
    rates = []
    for seed in range(8):
        run = lab.simulate_two_tiers(
            solved["serve_two_tiers"], seed=seed, arrival_rate=100.0, requests=1500, **tiers
        )
        ends = np.sort(run.result.finished_at)[100:-100]  # while there are others to take
        rates.append((len(ends) - 1) / (ends[-1] - ends[0]))
    expected = oracles.repaired_per_second(web_workers, 0.3, 0.1, connections)
    band = 4 * np.std(rates, ddof=1) / len(rates) ** 0.5
    assert abs(np.mean(rates) - expected) < band < 0.05 * expected


def test_the_parts_of_a_requests_time_add_up(solved):
    tiers = lab.simulate_two_tiers(solved["serve_two_tiers"], connections=2)
    parts = tiers.web_wait + tiers.web_work + tiers.db_wait + tiers.db_work
    assert parts == pytest.approx(tiers.result.mean_latency, rel=1e-9)


# --- machines and databases ----------------------------------------------------------------------


def test_price_grows_faster_than_power_and_ends(solved):
    prices = [machine.monthly_cost / machine.workers for machine in lab.CATALOG]
    assert prices == sorted(prices) and prices[-1] > 2 * prices[0]
    chosen = [solved["scale_up"](list(lab.CATALOG), rate, 0.1) for rate in range(5, 511, 5)]
    costs = [machine.monthly_cost for machine in chosen]
    assert costs == sorted(costs) and set(chosen) == set(lab.CATALOG)
    with pytest.raises(lab.NoMachineBigEnough):
        solved["scale_up"](list(lab.CATALOG), 515, 0.1)


def test_the_six_needs():
    assert len(set(lab.NEEDS)) == 6
    assert {"joins", "multi-row transactions"} == set(lab.NEEDS[4:])


# --- pictures ------------------------------------------------------------------------------------


def explorers(names):
    """Return every picture of the notebook with these solutions in it, by name."""
    formulas = names["utilization"], names["requests_in_system"]
    return {
        "explore": lambda: lab.explore(),
        "explore with a prediction": lambda: lab.explore(prediction=8),
        "explore serve": lambda: lab.explore(names["serve"], prediction=100),
        "explore_formulas": lambda: lab.explore_formulas(*formulas),
        "explore_two_tiers": lambda: lab.explore_two_tiers(names["serve_two_tiers"]),
        "explore_catalog": lambda: lab.explore_catalog(names["scale_up"]),
        "explore_database": lambda: lab.explore_database(names["choose_database"]),
    }


PICTURES = list(explorers(dict.fromkeys(course_scripts.solved(NAME))))


def assert_shown(explorer, words):
    assert explorer.image.layout.display is None, words
    assert explorer.image.moving and "wrong" not in explorer.sentence.value
    assert len(words) > 40 and words.endswith((".", "times.")) and " nan" not in words, words


@pytest.mark.parametrize("picture", PICTURES)
def test_every_step_is_seen(solved, picture):
    assert_every_step_is_seen(explorers(solved)[picture]())


@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_at_every_corner_of_its_sliders(solved, picture):
    explorer = explorers(solved)[picture]()
    assert_shown(explorer, explorer.refresh())
    before = explorer.image.moving
    changed = 0
    for words in corners(explorer):
        assert_shown(explorer, words)
        changed += explorer.image.moving != before
    assert changed, "no slider changes the picture"
    small = [text.get_text() for text in explorer.picture.figure.findobj(Text) if text.get_text()]
    sizes = [text.get_fontsize() for text in explorer.picture.figure.findobj(Text)]
    assert small and min(sizes) >= 9


@pytest.mark.parametrize("picture", PICTURES[2:])
def test_a_stub_shows_a_friendly_sentence(picture):
    def stub(*_):
        raise NotImplementedError("Exercise X: write it")

    def generating_stub(*_):
        raise NotImplementedError("Exercise X: write it")
        yield

    names = ("serve", "utilization", "requests_in_system", "serve_two_tiers", "scale_up")
    stubs = [stub, generating_stub] if "serve" in picture or "tiers" in picture else [stub]
    for function in stubs:
        explorer = explorers(dict.fromkeys((*names, "choose_database"), function))[picture]()
        assert explorer.refresh() == "Not written yet. Exercise X: write it"
        assert explorer.image.layout.display == "none"


def test_while_nbgrader_executes_nothing_is_drawn(solved):
    with mock.patch.dict(os.environ, {"NBGRADER_EXECUTION": "autograde"}):
        assert [show() for show in explorers(solved).values()] == [None] * len(PICTURES)
        assert lab.architecture() is None


def test_the_first_picture_says_what_it_shows(solved):
    explorer = lab.explore(solved["serve"], prediction=8)
    assert "1 worker, 80% of its time asked for" in explorer.refresh()
    assert "4,000 of 4,000 requests end when they do" in explorer.refresh()
    assert explorer.refresh().endswith("You predicted 8 × at 95 % with 1 worker.")
    explorer.controls["arrival_rate"].value = 9.5
    assert explorer.refresh().endswith("You predicted 8 × at 95 %; theory says 19 ×.")
    explorer.controls["arrival_rate"].value = 20.0
    assert "grows for as long as the run lasts" in explorer.refresh()
    assert "Overload: 200% of the worker's time" in explorer.refresh()
    explorer.controls["workers"].value = 2
    assert "Overload: 100% of the workers' time" in explorer.refresh()
    assert "2 workers, 100% of their time asked for" in explorer.refresh()


def half_the_work(env, workers, request):
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work / 2)
    request.finished_at = env.now


def test_a_faster_serve_is_seen_to_differ():
    explorer = lab.explore(half_the_work)
    words, right = explorer.refresh(), explorer.picture.right
    assert int(re.search(r"(\d+) of 4,000 requests end when they do", words)[1]) < 100
    for built_in, mine in zip(lengths(right.built_in), lengths(right.served), strict=False):
        assert mine == pytest.approx(built_in / 2)


def lengths(lines):
    return [end[0] - begin[0] for begin, end in lines.get_segments()]


def test_the_requests_are_drawn_as_they_were_served(solved):
    """A row a request: waiting from its arrival on, one at a time with one worker."""
    explorer = lab.explore(solved["serve"])
    right = explorer.picture.right
    run = lab.simulate(solved["serve"], seed=7, requests=4000)
    served = {int(begin[1]): (begin[0], end[0]) for begin, end in right.served.get_segments()}
    for row, (begin, end) in served.items():
        assert (begin, end) == pytest.approx((run.started_at[row], min(run.finished_at[row], 3)))
        assert row == 0 or begin >= served[row - 1][1] - 1e-9
    waiting = {int(begin[1]): begin[0] for begin, _ in right.waits.get_segments()}
    assert waiting and all(at == pytest.approx(run.arrived_at[row]) for row, at in waiting.items())
    assert len(served) == 15 and max(end for _, end in served.values()) <= 3
    twice = [np.vstack(part.get_segments()) for part in (right.served, right.built_in)]
    assert twice[0] == pytest.approx(twice[1])


# --- what the notebook's text says of its pictures -----------------------------------------------


def said(text):
    """Assert that the notebook says `text`; line breaks do not matter."""
    prose = " ".join(" ".join(cell.text.split()) for cell in course_scripts.cells(NAME))
    assert text in prose, text


def said_of(experiment):
    """Assert that the notebook lists every step by the words on its button, which is numbered."""
    for step in experiment:
        assert not step.does[0].isdigit()
        said(f"*{step.does[0].upper()}{step.does[1:]}*")


def moved(explorer, **values):
    """Set some controls of an explorer; return the words below its picture."""
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.refresh()


def test_the_picture_does_not_answer_before_the_slider_is_moved():
    """The text asks what the wait is at 95 %; the picture opens at 80 %."""
    explorer = lab.explore(prediction=8)
    words, picture = explorer.refresh(), explorer.picture
    assert "19" not in words and not any("19" in step.question for step in steps.SERVER)
    busy, waits = picture.curve.get_data()
    assert max(busy) == pytest.approx(0.8) and max(waits) == pytest.approx(4, abs=0.01)
    moved(explorer, arrival_rate=9.5)
    assert max(picture.curve.get_ydata()) == pytest.approx(19, abs=0.01)
    assert picture.mark.get_data() == ([0.95], [8])


def test_the_experiments_steps_answer_with_the_numbers_of_their_run():
    explorer = lab.explore()
    told = answers(explorer)
    run = lab.simulate(seed=7, arrival_rate=9.5, requests=4000)
    events = np.cumsum(
        [
            step
            for _, step in sorted(
                [(t, 1) for t in run.arrived_at] + [(t, -1) for t in run.finished_at]
            )
        ]
    )
    assert f"it is {run.mean_wait / 0.1:.1f}. That is nearly five times" in told[1]
    assert "it is 19.7" in told[1] and f"Up to {events.max()} requests" in told[1]

    days = {}
    for rate in (9.5, 5.0):
        runs = (lab.simulate(seed=day, arrival_rate=rate, requests=4000) for day in range(1, 21))
        waits = [run.mean_wait / 0.1 for run in runs]
        places = 0 if rate == 9.5 else 1
        days[rate] = f"{min(waits):.{places}f} and {max(waits):.{places}f}"
    assert f"At 95 % the twenty days lie between {days[9.5]} times" in told[2]
    assert f"at 50 % between {days[5.0]}." in told[2]

    assert re.search("grows as long as requests come: 32[0-9] are in the server", told[3])
    assert "1.8 times the service time, and with one worker it was about 4" in told[4]
    said_of(steps.SERVER)


def test_overload_is_drawn_as_a_queue_that_grows():
    explorer = lab.explore()
    moved(explorer, arrival_rate=10.5)
    queue = explorer.picture.right
    number = queue.line.get_ydata()
    tenths = [number[place : place + 40].mean() for place in range(40, 400, 40)]
    assert tenths == sorted(tenths) and tenths[-1] > 200 and number[-1] > 300
    assert not queue.note.get_text()
    moved(explorer, arrival_rate=20)  # it leaves the scale, and says how far it goes
    assert max(queue.line.get_ydata()) == queue.line.axes.get_ylim()[1]
    assert queue.line.axes.get_yticklabels()[-1].get_text() == "350+"
    assert re.fullmatch(r"1,9\d\d at the last request", queue.note.get_text())
    assert explorer.picture.notes[0].get_text().endswith("×")  # a mean wait above its scale


def test_every_day_is_a_circle():
    explorer = lab.explore()
    assert len(explorer.picture.days.get_xdata()) == 0
    words = moved(explorer, arrival_rate=9.5, days=True)
    x, y = explorer.picture.days.get_data()
    assert len(y) == 20 and x == pytest.approx(0.95) and explorer.picture.point.get_ydata()[0] in y
    assert max(y) < explorer.picture.days.axes.get_ylim()[1] and "On 20 days: 7 to 27 ×" in words


def test_the_square_falls_below_the_dot_when_half_the_work_is_done(solved):
    explorer = lab.explore(half_the_work)
    explorer.refresh()
    (dot,), (square,) = explorer.picture.point.get_ydata(), explorer.picture.mine.get_ydata()
    assert square < dot / 5
    run = lab.simulate(half_the_work, requests=4000, seed=7)
    assert f"{run.utilization:.0%}" == "40%"
    said("the worker is only 40 % busy")
    words = lab.explore(keeps_the_worker).refresh()
    assert "left 3,999 of 4,000 requests unfinished" in words
    said("3,999 of 4,000 requests were left unfinished")
    right = lab.explore(solved["serve"])
    assert "4,000 of 4,000 requests end when they do" in right.refresh()
    assert right.refresh().split(" on average, ")[1][:5] == "3.9 ×"
    assert "3.9 ×" in lab.explore().refresh()  # the same requests as in the first picture


def test_more_than_all_the_time_cannot_be_measured(solved):
    explorer = lab.explore_formulas(solved["utilization"], solved["requests_in_system"])
    told = answers(explorer)
    words = moved(explorer, arrival_rate=12)
    assert "Your utilization says 120.0%, measured: 99.5%" in words
    assert float(re.search(r"λ = ([\d.]+)", words)[1]) < 12
    assert explorer.picture.dot.get_data()[1][0] < 1 < explorer.picture.line.get_ydata()[24]
    assert "the dot: 99.5%" in told[1] and "requests ask for 120%" in told[1]
    assert "the dot: 99.9%" in told[2] and "requests ask for 200%" in told[2]
    queues = [int(re.search(r"average (\d+) requests", told[step])[1]) for step in (1, 2)]
    assert queues[1] > 2 * queues[0] > 500
    said_of(steps.FORMULAS)


def test_littles_law_is_two_bars_of_one_length(solved):
    explorer = lab.explore_formulas(solved["utilization"], lambda rate, latency: 2 * rate * latency)
    explorer.refresh()
    counted, yours = (bar.get_width() for bar in explorer.picture.bars)
    assert counted == pytest.approx(3.97, abs=0.01) and yours == pytest.approx(2 * counted)
    moved(explorer, arrival_rate=12)
    assert [bar.get_width() for bar in explorer.picture.bars] == [60, 60]  # at the edge
    numbers = [float(text.get_text()) for text in explorer.picture.numbers]
    assert numbers[1] == pytest.approx(2 * numbers[0], abs=0.02) and numbers[0] > 300


def test_lines_that_leave_a_scale_are_drawn_at_its_edge(solved):
    formulas = lab.explore_formulas(solved["utilization"], solved["requests_in_system"])
    moved(formulas, service_time=0.2)
    catalog = lab.explore_catalog(solved["scale_up"])
    moved(catalog, service_time=0.2, max_utilization=0.5)
    for line, top in ((formulas.picture.line, "200 %+"), (catalog.picture.linear, "4,300+")):
        assert max(line.get_ydata()) == line.axes.get_ylim()[1]
        assert line.axes.get_yticklabels()[-1].get_text() == top


def test_the_steps_of_two_tiers_answer_with_the_numbers_of_their_run(solved):
    explorer = lab.explore_two_tiers(solved["serve_two_tiers"])
    assert "The web workers are taken 62% of the time" in explorer.refresh()
    assert explorer.refresh().startswith("The database is the bottleneck")
    assert "A request takes 485 ms" in explorer.refresh()
    said("the web workers are 62 % taken")
    assert "web workers are 62 % taken" in steps.TIERS[0].question
    told = answers(explorer)
    assert told[1].startswith("Nearly nothing: it takes 484 ms, with 4 web workers 485 ms.")
    few, many = (
        lab.simulate_two_tiers(solved["serve_two_tiers"], seed=7, requests=2500, web_workers=number)
        for number in (4, 16)
    )
    assert many.web_wait < 0.005 < few.web_wait
    assert f"the one connection, {many.db_wait * 1000:.0f} ms" in told[1]
    assert told[2].startswith("164 ms.")
    assert told[3].startswith("Two tiers: 163 ms on two tiers, 297 ms in one box.")
    assert "its worker is 100% taken" in told[4]
    assert shown(explorer).startswith("The web tier is the bottleneck")
    said_of(steps.TIERS)


def test_a_color_is_a_tier_and_hatched_is_waiting_for_it(solved):
    picture = lab.explore_two_tiers(solved["serve_two_tiers"]).picture
    web_wait, web_work, db_wait, db_work = picture.yours
    assert web_wait.get_edgecolor() == web_work.get_edgecolor() != db_work.get_edgecolor()
    assert db_wait.get_edgecolor() == db_work.get_edgecolor()
    for bar in (*picture.yours, *picture.web, *picture.db):
        assert bool(bar.get_hatch()) == (bar.get_facecolor() != bar.get_edgecolor())
    assert [bool(bar.get_hatch()) for bar in picture.yours] == [True, False, True, False]


def test_the_steps_of_the_catalog_answer_with_its_prices(solved):
    explorer = lab.explore_catalog(solved["scale_up"])
    told = answers(explorer)
    for step, rate in ((1, 200), (2, 300)):
        machine = solved["scale_up"](list(lab.CATALOG), rate, 0.1)
        even = 20 * rate * 0.1 / 0.8  # $20 a worker in box-2
        times = f"{machine.monthly_cost / even:.1f}"
        price = f"{machine.name} for ${machine.monthly_cost:,} instead of ${even:,.0f}"
        assert told[step] == f"{price}: {times} times as much."
        assert f"you pay {times} times that" in moved(
            explorer, arrival_rate=rate, max_utilization=0.8
        )
        assert explorer.picture.times.get_text() == f"{times} ×"
        low, high = explorer.picture.gap.get_ydata()
        assert (low, high) == (pytest.approx(even), machine.monthly_cost)
    assert "2.4 times" in told[1] and "3.9 times" in told[2]
    assert told[3].startswith("At 515 requests/s") and told[4].startswith(
        "To 610 requests/s: a fifth"
    )
    assert 1.15 < 610 / 515 < 1.25
    said_of(steps.CATALOG)


def test_the_steps_of_the_databases_answer_which_ticks_decide(solved):
    explorer = lab.explore_database(solved["choose_database"])
    told = answers(explorer)
    assert told[1] == "Relational. One of these ticks alone would change that: joins."
    assert told[2] == (
        "Non-relational. One of these ticks alone would change that: only serialize and "
        "deserialize, joins, multi-row transactions."
    )
    assert told[3].startswith("joins and multi-row transactions, each in 15 of the 32 pairs")
    said_of(steps.DATABASE)


def test_each_tick_shows_what_it_alone_would_change(solved):
    explorer = lab.explore_database(solved["choose_database"])
    moved(explorer, need_3=True, need_5=True)
    needs = {lab.NEEDS[3], lab.NEEDS[5]}
    for need, text in zip(lab.NEEDS, explorer.picture.flips, strict=True):
        other = solved["choose_database"](needs ^ {need})
        assert text.get_text() == f"→ {other}"
        assert (text.get_weight() == "bold") == (other == "non-relational")
    assert list(explorer.picture.ticked.get_ydata()) == [4, 6]


def test_what_the_text_asks_to_guess_is_not_shown_before(solved):
    explorer = lab.explore_database(solved["choose_database"])
    picture = explorer.picture
    assert [bar.get_width() for bar in picture.bars] == [0] * 6 and picture.guess.get_visible()
    moved(explorer, every=True)
    assert [bar.get_width() for bar in picture.bars] == [1, 1, 1, 1, 15, 15]
    assert not picture.guess.get_visible()


@pytest.mark.parametrize("prediction", ["8 times", True, float("nan"), -1])
def test_a_prediction_that_is_no_number_is_named(prediction):
    assert lab.explore(prediction=prediction).refresh().startswith(f"prediction = {prediction!r}")


def test_the_formulas_are_compared_with_what_was_measured(solved):
    right = lab.explore_formulas(solved["utilization"], solved["requests_in_system"])
    assert "law is exact" in right.sentence.value
    wrong = lab.explore_formulas(solved["utilization"], lambda rate, latency: latency / rate)
    assert "is not the" in wrong.sentence.value
    none = lab.explore_formulas(solved["utilization"], lambda rate, latency: None)
    assert "returned None, expected a number" in none.refresh()


def test_a_tier_that_is_let_go_too_early_is_drawn_without_a_wait_in_it():
    def serve_two_tiers(env, web, database, request):
        for resource, work in ((web, request.web_work), (database, request.db_work)):
            with resource.request() as turn:
                yield turn
                yield env.timeout(work)
        request.finished_at = env.now

    assert_shown(explorer := lab.explore_two_tiers(serve_two_tiers), explorer.refresh())


def test_an_accident_costs_the_texts_five_credits_and_the_tables_none(capsys):
    [cell] = [cell for cell in course_scripts.cells(NAME) if "import sqlite3" in cell.text]
    course_scripts.run(cell.text, {})
    tables, texts, join = capsys.readouterr().out.splitlines()
    assert tables.endswith(" 23") and texts.endswith(" 18")
    assert "('Ann', 20), ('Ben', 3)" in join
    said("The transaction undid its first half, so the tables still hold 23.")


def test_the_catalog_picture_finds_the_ceiling(solved):
    explorer = lab.explore_catalog(solved["scale_up"])
    assert "from 515 requests/s on no machine is big enough" in explorer.refresh()
    explorer.controls["arrival_rate"].value = 600
    assert explorer.refresh() == (
        "600 requests/s: no machine is big enough. Scaling up ends. "
        "From about 515 requests/s on no machine of the catalog will do."
    )


def test_wrong_answers_of_the_choosers_are_sentences():
    assert "expected a Machine" in lab.explore_catalog(lambda *_: "box-2").refresh()
    assert "raised KeyError" in lab.explore_catalog(lambda *_: {}["x"]).refresh()
    assert "expected 'relational'" in lab.explore_database(lambda needs: True).refresh()
    assert "raised ZeroDivisionError" in lab.explore_database(lambda needs: 1 / 0).refresh()


def test_no_needs_are_named_as_the_empty_set(solved):
    returned = lab.explore_database(lambda needs: True).refresh()
    assert returned.startswith("choose_database(set()) returned True")
    raised = lab.explore_database(lambda needs: 1 / 0).refresh()
    assert raised.startswith("choose_database(set()) raised ZeroDivisionError")
    [check] = [c for c in course_scripts.cells(NAME) if c.grade_id == "choose_database_hidden"]
    right = solved["choose_database"]
    wrong = {"choose_database": lambda needs: right(needs) if needs else "no"}
    complaint = course_scripts.verdict(check, wrong)
    assert "choose_database(set()) should return 'relational'" in complaint


def test_the_architecture_shows_what_the_text_names():
    one, two = lab.architecture(), lab.architecture(two_tiers=True)
    assert "web browser, mobile app; one server: server" in one.label
    assert "web tier: web server; data tier: database" in two.label
    assert one.svg.startswith("<svg") and one.svg != two.svg


@pytest.mark.parametrize("two_tiers", [False, True])
def test_the_architecture_marks_what_is_new(two_tiers):
    with mock.patch("course.view.architecture.architecture") as draw:
        lab.architecture(two_tiers)
    tiers, links = draw.call_args.args
    assert [tier.new for tier in tiers] == [False] * (len(tiers) - 1) + [True]
    names = [node.name for tier in tiers for node in tier.nodes]
    assert {end for link in links for end in link[:2]} == set(names)


# --- what people do wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"arrival_rate": 0},
        {"arrival_rate": float("nan")},
        {"service_time": -0.1},
        {"service_time": "0.1"},
        {"workers": 0},
        {"workers": 1.5},
        {"requests": 0},
        {"requests": True},
        {"seed": -1},
    ],
)
def test_bad_parameters_are_named(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=name) as error:
        lab.simulate(**wrong)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("name", ["web_time", "db_time", "web_workers", "connections"])
def test_bad_parameters_of_two_tiers_are_named(name):
    with pytest.raises(ValueError, match=f"{name} = 0"):
        lab.simulate_two_tiers(**{name: 0})


def raises(env, workers, request):
    yield env.timeout(1)
    raise KeyError("photo")


def returns_nothing(env, workers, request):
    request.finished_at = env.now


def yields_a_number(env, workers, request):
    yield 3.5


def yields_a_word(env, workers, request):
    yield "a worker"


def misspells(env, workers, request):
    yield env.timeout(1)
    request.finish_at = env.now


def keeps_the_worker(env, workers, request):
    turn = workers.request()
    yield turn
    request.started_at = env.now
    yield env.timeout(request.work)
    request.finished_at = env.now


def waits_for_ever(env, workers, request):
    yield env.event()


def sets_nothing(env, workers, request):
    yield env.timeout(1)


def sets_no_time(env, workers, request):
    yield env.timeout(1)
    request.started_at = request.finished_at = env


def goes_back_in_time(env, workers, request):
    yield env.timeout(1)
    request.started_at, request.finished_at = env.now, 0.0


def never_happens(env, workers, request):
    yield env.timeout(1)
    request.started_at, request.finished_at = env.now, float("nan")


def ends_at_infinity(env, workers, request):
    yield env.timeout(1)
    request.started_at, request.finished_at = env.now, float("inf")


def a_strangers_turn(env, workers, request):
    yield simpy.Resource(simpy.Environment(), 1).request()


FAULTS = [
    (raises, "raises(env, workers, request) raised KeyError: 'photo'."),
    (returns_nothing, "returned None, expected a generator"),
    (yields_a_number, "yields_a_number yielded 3.5: a process yields SimPy events only"),
    (yields_a_word, "yields_a_word yielded a worker: a process yields SimPy events only"),
    (misspells, "raised AttributeError: 'Request' object has no attribute 'finish_at'."),
    (keeps_the_worker, "left 49 of 50 requests unfinished: a worker that is not given back"),
    (waits_for_ever, "left 50 of 50 requests unfinished: they wait for an event"),
    (sets_nothing, "left request.started_at unset for 50 of 50 requests."),
    (sets_no_time, "set request.started_at = <simpy.core.Environment"),
    (goes_back_in_time, "these must come in this order."),
    (never_happens, "these must come in this order."),
    (ends_at_infinity, "these must come in this order."),
    (a_strangers_turn, "left 50 of 50 requests unfinished: they wait for an event"),
    (lambda env: None, "takes 1 positional argument but 3 were given"),
    ("serve", "'serve' is not a function: give the name alone."),
]


@pytest.mark.parametrize(("component", "sentence"), FAULTS)
def test_a_fault_of_the_component_is_one_sentence(component, sentence):
    with pytest.raises(ComponentError) as error:
        lab.simulate(component, requests=50)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value) and str(error.value).endswith(".")
    assert lab.explore(component).refresh().endswith(".")


def test_two_tiers_name_what_is_left_behind_too():
    def serve_two_tiers(env, web, database, request):
        yield database.request()

    with pytest.raises(ComponentError, match="left 49 of 50 requests unfinished: a worker"):
        lab.simulate_two_tiers(serve_two_tiers, requests=50)


def test_two_tiers_do_not_ask_for_started_at():
    def serve_two_tiers(env, web, database, request):
        yield env.timeout(1)
        request.finished_at = 0.0

    with pytest.raises(ComponentError) as error:
        lab.simulate_two_tiers(serve_two_tiers, requests=50)
    times = r"arrived_at = \d+\.\d{3}, finished_at = 0\.000: these must come in this order\."
    assert re.fullmatch(rf"serve_two_tiers left request 0 with {times}", str(error.value))
    with pytest.raises(ComponentError, match=r"started_at = .*, finished_at = 0\.000"):
        lab.simulate(goes_back_in_time, requests=50)


@pytest.mark.parametrize("tired", ["spin", "loop on the clock"])
def test_a_component_that_never_ends_is_stopped(tired):
    awake = False

    def serve(env, workers, request):
        while awake:
            if tired == "loop on the clock":
                yield env.timeout(0)
        yield env.timeout(request.work)
        request.started_at = request.finished_at = env.now

    explorer = lab.explore(serve)
    assert_shown(explorer, explorer.refresh())
    awake, explorer.seconds = True, 0.2
    assert explorer.refresh().startswith("Stopped after 0.2 s")
    awake, explorer.seconds = False, PATIENCE
    assert_shown(explorer, explorer.refresh())


# --- the checks of the notebook ------------------------------------------------------------------


def changed(seen, change):
    """Return `seen` with `change` made in every list, dict and value of it."""
    if isinstance(seen, dict):
        return change({key: changed(value, change) for key, value in seen.items()})
    if isinstance(seen, list):
        return change([changed(value, change) for value in seen])
    return change(seen)


FORGERIES = {
    "no number is compared with nan": lambda x: float("nan") if isinstance(x, float) else x,
    "nothing was seen": lambda x: type(x)() if isinstance(x, (list, dict)) else x,
    "the end is cut off": lambda x: x[:-1] if isinstance(x, list) else x,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_judge_believes_a_forged_observation(solved, forgery):
    tried = 0
    for cell in course_scripts.cells(NAME):
        if cell.kind != "check":
            continue
        observe, judge = cell.halves()
        namespace = dict(solved)
        course_scripts.run(observe, namespace, cell.grade_id)
        seen = namespace["seen"]
        course_scripts.run(judge, {"seen": seen}, cell.grade_id)
        forged = changed(seen, FORGERIES[forgery])
        if forged == seen:
            continue  # it sees nothing that this forgery would change
        tried += 1
        with pytest.raises((AssertionError, LookupError, TypeError, ValueError)):
            course_scripts.run(judge, {"seen": forged}, cell.grade_id)
    assert tried >= 9


# --- the film of one server ----------------------------------------------------------------------

SERVE = """
def serve(env, workers, request):
    turn = workers.request()
    yield turn
    request.started_at = env.now
    yield env.timeout(request.work)
    workers.release(turn)
    request.finished_at = env.now
"""


@pytest.fixture(scope="module")
def careless():
    """A serve whose lines can be quoted. Who is cut off in it does not give the worker back."""
    name, space = "<careless>", {}
    linecache.cache[name] = (len(SERVE), None, SERVE.splitlines(keepends=True), name)
    exec(compile(SERVE, name, "exec"), space)
    yield space["serve"]
    del linecache.cache[name]


def requests_of(lane):
    return films.moving(lane, "request")


def at_the_worker(lane, time):
    """Return the numbers of those who stand in the worker's box."""
    found = []
    for number, actor in enumerate(requests_of(lane), start=1):
        place = actor.place(time)
        if place and place[0] == WORKER and place[1] == MIDDLE:
            found.append(number)
    return found


@pytest.mark.parametrize("busy", [0.5, 0.8, 0.95])
def test_a_film_is_the_run_and_yours_that_of_the_built_in_server(solved, busy):
    serve = solved["serve"]
    traffic = {"arrival_rate": busy / 0.1, "seed": SEED, "requests": REQUESTS}
    result = lab.simulate(serve, **traffic)
    yours, built_in = film(serve, busy=busy).lanes
    for lane in (yours, built_in, *film(busy=busy).lanes):
        inside, answered = lane.counters
        assert answered.values[-1] == len(requests_of(lane)) == len(lane.actors) == REQUESTS
        assert answered.times == pytest.approx(sorted(result.finished_at))
        for time in np.linspace(0, result.duration, 57):
            assert inside.at(time) == result.number_in_system(time)
        for number, (start, end) in enumerate(
            zip(result.started_at, result.finished_at, strict=True), start=1
        ):
            if end - start > 0.03:  # it takes 0.02 s to step up to the worker
                assert at_the_worker(lane, (start + 0.021 + end) / 2) == [number]


def test_busier_is_the_same_requests_closer_together(solved):
    for serve in (None, solved["serve"]):
        reels = [film(serve, busy=busy) for busy in (0.5, 0.95)]
        calm, busy = ([each.times[0] + WAY for each in reel.lanes[0].actors] for reel in reels)
        assert np.array(calm) * 0.5 == pytest.approx(np.array(busy) * 0.95)
        queues = [max(reel.lanes[0].counters[0].values) for reel in reels]
        assert queues[1] >= 3 * queues[0]
        assert [films.check(reel) for reel in reels] == [None, None]


def test_who_came_first_is_nearest_to_the_worker_and_next():
    reel = film(busy=0.95)
    [lane] = reel.lanes
    longest = 0
    for time in np.linspace(0, reel.end, 300):
        places = [actor.place(time) for actor in requests_of(lane)]
        row = [place[0] for place in places if place and 0 < place[0] <= WORKER]
        assert row == sorted(row, reverse=True), time
        longest = max(longest, len(row))
    assert longest == max(lane.counters[0].values) == 15


@pytest.mark.parametrize("at", [0.5, 1.5, 3.0])
def test_who_is_cut_off_gives_the_worker_back_or_nobody_behind_it_is_served(solved, careless, at):
    result = lab.simulate(arrival_rate=8.0, seed=SEED, requests=REQUESTS)
    [row] = np.flatnonzero((result.started_at <= at) & (at < result.finished_at))
    for serve, gives_back in ((solved["serve"], True), (careless, False)):
        replayed = lab.replay(serve)
        assert replayed.sentence.value == "" and replayed.press("cut_at", at) == replayed.reel.fate
        films.check(replayed.reel)
        yours, lost = replayed.reel.lanes
        answered = [lane.counters[1].values[-1] for lane in (yours, lost)]
        assert answered == [REQUESTS - 1 if gives_back else row, row]
        assert bool(replayed.reel.fate) != gives_back
        assert [f"Request {row + 1} is cut off" in words for _, words in replayed.reel.captions][1]
        rings = [films.moving(lane, "the worker") for lane in (yours, lost)]
        assert [len(each) for each in rings] == [0 if gives_back else 1, 1]
        assert rings[1][0].times[0] == at
        for lane in (yours, lost):
            left = lane.counters[0].values[-1]
            still = [actor for actor in requests_of(lane) if actor.place(replayed.reel.end)]
            assert left == len(still) == REQUESTS - 1 - lane.counters[1].values[-1]
        assert replayed.press("cut_at", 0) == "", "a second press takes it back"


def test_when_nobody_is_served_nobody_is_cut_off(solved):
    result = lab.simulate(arrival_rate=5.0, seed=SEED, requests=REQUESTS)
    idle = next(time for time in np.arange(0, 3, 0.01) if not result.number_in_system(time))
    reel = film(solved["serve"], busy=0.5, cut_at=idle)
    assert "nothing is cut off" in " ".join(words for _, words in reel.captions)
    assert [lane.counters[1].values[-1] for lane in reel.lanes] == [REQUESTS, REQUESTS]


def test_one_that_swallows_its_interrupt_is_a_sentence():
    def serve(env, workers, request):
        with workers.request() as turn:
            yield turn
            request.started_at = env.now
            with contextlib.suppress(simpy.Interrupt):
                yield env.timeout(request.work)
        request.finished_at = env.now

    assert film(serve).fate == ""
    assert (
        "serve went on with request 12 although it was interrupted" in film(serve, cut_at=1.5).fate
    )


def test_a_story_says_where_its_process_stood_still(careless):
    reel = film(careless, cut_at=1.5)
    first, cut, behind = (reel.lanes[0].actors[number] for number in (0, 11, 12))
    lines = SERVE.splitlines()
    assert lines[first.story[-1][2].line - 1].strip() == "request.finished_at = env.now"
    assert lines[cut.story[-1][2].line - 1].strip() == "yield env.timeout(request.work)"
    assert first.story[0][1].endswith(
        "at once. Its process stands still at: yield env.timeout(request.work)"
    )
    assert [words.partition("still at: ")[2] for _, words, *_ in cut.story] == [
        "yield turn",
        "yield env.timeout(request.work)",
        "",
    ]
    stood = [lines[call.line - 1].strip() for _, _, call, _ in cut.story]
    assert stood == ["yield turn", *2 * ["yield env.timeout(request.work)"]]
    [(_, words, call, cell)] = behind.story
    assert words.endswith("still at: yield turn") and lines[call.line - 1].strip() == "yield turn"
    assert "11 to 12" in words
    space = {"serve": careless, "simpy": simpy, "Request": lab.Request}
    exec(cell, space)
    [*_, last] = space["requests"]
    assert last.number == 13 and last.started_at > 0


@pytest.mark.parametrize(("component", "sentence"), FAULTS)
def test_a_faulty_serve_has_a_film_until_it_fails(component, sentence):
    replayed = lab.replay(component)
    said = sentence.replace("50", str(REQUESTS)).replace("49", str(REQUESTS - 1))
    if replayed.reel is None:
        assert not callable(component) or "positional" in sentence
        with pytest.raises(ComponentError, match=re.escape(said)):
            film(component)
        return
    assert said in replayed.reel.fate
    films.check(replayed.reel)
    yours = replayed.reel.lanes[0]
    stops = {raises, returns_nothing, yields_a_number, yields_a_word, misspells}
    assert (len(requests_of(yours)) < REQUESTS) == (component in stops)


def test_a_stub_has_no_film_and_before_exercise_a_95_percent_is_not_shown():
    def serve(env, workers, request):
        raise NotImplementedError("Exercise A: wait for a worker")

    assert "Not written yet. Exercise A" in lab.replay(serve).sentence.value
    shares = [value for _, value in lab.replay().controls["busy"].options]
    assert shares == [0.5, 0.8] and not lab.replay().actions


# --- the film of two tiers -----------------------------------------------------------------------

CARELESS_TIERS = """
def serve_two_tiers(env, web, database, request):
    worker = web.request()
    yield worker
    yield env.timeout(request.web_work)
    connection = database.request()
    yield connection
    yield env.timeout(request.db_work)
    database.release(connection)
    web.release(worker)
    request.finished_at = env.now
"""


def seconds(lane, state, end):
    """Return how long the actors of a lane are in a state, all together, until `end` (s)."""
    code, total = lane.codes[state], 0.0
    for actor in lane.actors:
        frames = list(zip(actor.times, actor.states, strict=True))
        for (time, is_in), (later, _) in itertools.pairwise(frames):
            total += (min(later, end) - min(time, end)) * (is_in == code)
    return total


@pytest.mark.parametrize("web_workers", [2, 4, 8])
def test_a_film_of_two_tiers_is_the_run(solved, web_workers):
    serve = solved["serve_two_tiers"]
    reel = two_tiers_film.film(serve, web_workers=web_workers)
    films.check(reel)
    for lane, connections in zip(reel.lanes, (1, 2), strict=True):
        tiers = lab.simulate_two_tiers(
            serve,
            seed=two_tiers_film.SEED,
            requests=two_tiers_film.REQUESTS,
            web_workers=web_workers,
            connections=connections,
        )
        answered = lane.counters[2].times
        assert answered == pytest.approx(np.sort(tiers.result.finished_at))
        end = tiers.result.duration
        taken = tiers.web_held * web_workers + tiers.db_held * connections
        assert seconds(lane, two_tiers_film.TAKEN, end) == pytest.approx(taken * end)
        waited = seconds(lane, two_tiers_film.HOLDS, end) / two_tiers_film.REQUESTS
        assert waited == pytest.approx(tiers.db_wait)
        works = seconds(lane, two_tiers_film.WORKS, end) / two_tiers_film.REQUESTS
        assert works == pytest.approx(tiers.web_work)


def test_no_place_is_taken_twice_and_who_waits_for_a_connection_stands_at_its_worker(solved):
    lanes = two_tiers_film.film(solved["serve_two_tiers"]).lanes
    for lane in lanes:
        code = lane.codes[two_tiers_film.TAKEN]
        requests, squares = [], []
        for actor in lane.actors:
            (requests if actor.part_of is None else squares).append(actor)
        for time in np.linspace(0, 6, 300):
            taken = [each.place(time - 1e-9) for each in squares]
            taken = [(x, y) for x, y, *_ in filter(None, taken)]
            assert len(taken) == len(set(taken)), time
            assert {each.states[0] for each in squares} == {code}
        waiting = 0
        for actor in requests:
            worker, connection = (each for each in squares if each.part_of is actor)
            since = connection.times[0]
            x, y, *_, state = actor.place(since - 1e-6)
            if state == lane.codes[two_tiers_film.HOLDS] and (x, y) == (worker.xs[0], worker.ys[0]):
                waiting += 1
            assert worker.times[0] <= since < worker.times[-1], "it keeps its worker meanwhile"
        assert waiting > (25 if lane is lanes[0] else 5)


@pytest.mark.parametrize("gives_back", [True, False])
def test_who_is_cut_off_in_the_database_gives_both_back_or_neither(solved, gives_back):
    space = {}
    exec(CARELESS_TIERS, space)
    serve = (solved if gives_back else space)["serve_two_tiers"]
    replayed = lab.replay_two_tiers(serve)
    assert replayed.sentence.value == ""
    assert bool(replayed.press("cut_at", 1.0)) != gives_back
    films.check(replayed.reel)
    lane = replayed.reel.lanes[0]
    lost = [actor for actor in lane.actors if lane.codes[two_tiers_film.LOST] in actor.states]
    assert len(lost) == (0 if gives_back else 2) and len({actor.xs[0] for actor in lost}) == len(
        lost
    )
    [words] = [words for _, words in replayed.reel.captions if "is cut off" in words]
    keeps = "does not give back a web worker and a connection."
    assert words.endswith("gives back what it held." if gives_back else keeps)
    answered = lane.counters[2].values[-1]
    assert answered == two_tiers_film.REQUESTS - 1 if gives_back else answered < 10


def gives_the_worker_back_first(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
    with database.request() as connection:
        yield connection
        yield env.timeout(request.db_work)
    request.finished_at = env.now


def begins_with_the_database(env, web, database, request):
    with database.request() as connection:
        yield connection
        with web.request() as worker:
            yield worker
            yield env.timeout(request.web_work + request.db_work)
    request.finished_at = env.now


def asks_nobody(env, web, database, request):
    yield env.timeout(request.web_work)
    request.finished_at = env.now


def keeps_its_connection(env, web, database, request):
    yield web.request()
    yield database.request()
    request.finished_at = env.now


def misspells_its_end(env, web, database, request):
    yield env.timeout(request.web_work)
    request.finish_at = env.now


@pytest.mark.parametrize(
    ("component", "sentence"),
    [
        (gives_the_worker_back_first, ""),
        (begins_with_the_database, ""),
        (asks_nobody, ""),
        (
            keeps_its_connection,
            "left 39 of 40 requests unfinished: a worker that is not given back",
        ),
        (misspells_its_end, "'Request' object has no attribute 'finish_at'"),
    ],
)
def test_two_tiers_that_are_wrong_have_a_film_too(component, sentence):
    replayed = lab.replay_two_tiers(component)
    assert sentence in replayed.reel.fate and bool(sentence) == bool(replayed.reel.fate)
    films.check(replayed.reel)


def test_a_story_of_two_tiers_says_where_it_stood_still_and_its_call_runs(monkeypatch):
    name, space = "<careless>", {}
    lines = CARELESS_TIERS.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, name, (len(CARELESS_TIERS), None, lines, name))
    exec(compile(CARELESS_TIERS, name, "exec"), space)
    [lane, _] = two_tiers_film.film(space["serve_two_tiers"]).lanes
    waits = next(actor for actor in lane.actors if "waits for a connection" in str(actor.story))
    words = "holds its web worker and waits for a connection. Its process stands still at: "
    assert f"{words}yield connection" in [words for _, words, *_ in waits.story]
    *_, (_, words, call, cell) = waits.story
    assert words.startswith("is answered") and call.line == len(CARELESS_TIERS.splitlines())
    space |= {"simpy": simpy, "Request": lab.Request}
    exec(cell, space)
    assert f"request {space['requests'][-1].number}" == waits.name
    assert space["requests"][-1].finished_at > 0


def test_two_tiers_that_are_not_written_have_no_film():
    def serve_two_tiers(env, web, database, request):
        raise NotImplementedError("Exercise C: two tiers")

    assert "Not written yet. Exercise C" in lab.replay_two_tiers(serve_two_tiers).sentence.value
