"""Notebook 01's lab: what its simulations must show, and that every picture can be drawn."""

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
from tests import course_scripts, oracles
from tests.explorers import assert_every_step_is_seen, corners

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
    assert "exactly the same" in explorer.refresh()
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
    assert "yours differs" in lab.explore(half_the_work).refresh()


# --- what the notebook's text says of its pictures -----------------------------------------------


def said(text):
    """Assert that the notebook says `text`; line breaks do not matter."""
    prose = " ".join(" ".join(cell.text.split()) for cell in course_scripts.cells(NAME))
    assert text in prose, text


def moved(explorer, **values):
    """Set some controls of an explorer; return the words below its picture."""
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.refresh()


def test_the_picture_does_not_answer_before_the_slider_is_moved():
    """The text asks what the wait is at 95 %; the picture opens at 80 %."""
    explorer = lab.explore(prediction=8)
    words, picture = explorer.refresh(), explorer.picture
    assert "19" not in words
    for curve in (picture.one, picture.curve):
        busy, waits = curve.get_data()
        assert max(busy) == pytest.approx(0.8) and max(waits) == pytest.approx(4, abs=0.01)
    moved(explorer, arrival_rate=9.5)
    assert max(picture.curve.get_ydata()) == pytest.approx(19, abs=0.01)
    assert picture.mark.get_data() == ([0.95], [8])


def test_the_experiments_steps_show_what_the_text_says(solved):
    explorer = lab.explore()
    assert moved(explorer, arrival_rate=9.5).startswith("95% busy: a request waits 19.7 ×")
    said("Theory says 19 times the service time, and on day 7 it is 19.7")
    assert max(explorer.picture.ghost.get_ydata()) > 60
    said("queues of 60 build up")

    days = {}
    for rate in (9.5, 5.0):
        runs = (lab.simulate(seed=day, arrival_rate=rate, requests=4000) for day in range(1, 21))
        waits = [run.mean_wait / 0.1 for run in runs]
        places = 0 if rate == 9.5 else 1
        days[rate] = f"{min(waits):.{places}f} and {max(waits):.{places}f}"
    said(f"At 95 % the twenty days lie between {days[9.5]} times, at 50 % between {days[5.0]}.")

    assert "the queue grows as long as requests come" in moved(explorer, arrival_rate=10.5)
    number = explorer.picture.ghost.get_ydata()
    tenths = [number[place : place + 40].mean() for place in range(40, 400, 40)]
    assert tenths == sorted(tenths) and tenths[-1] > 200 and number[-1] > 200

    assert "a request waits 1.8 ×" in moved(explorer, workers=2, arrival_rate=16)
    said("1.8 times the service time instead of 4")


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
    assert "exactly the same" in right.refresh()
    assert right.refresh().split(" on average, ")[1][:5] == "3.9 ×"
    assert "3.9 ×" in lab.explore().refresh()  # the same requests as in the first picture


def test_more_than_all_the_time_cannot_be_measured(solved):
    explorer = lab.explore_formulas(solved["utilization"], solved["requests_in_system"])
    words = moved(explorer, arrival_rate=12)
    assert "Your utilization says 120.0%, measured: 99.5%" in words
    said("here 99.5 %")
    assert float(re.search(r"λ = ([\d.]+)", words)[1]) < 12
    said("So over the whole run λ is less than 12 requests/s")
    assert explorer.picture.dot.get_data()[1][0] < 1 < explorer.picture.line.get_ydata()[24]
    counted = explorer.picture.number.get_ydata()
    assert counted[0] <= 1 and counted[-1] == 0 and max(counted) > 600


def test_nothing_is_off_the_scale_of_requests(solved):
    explorer = lab.explore(solved["serve"])
    moved(explorer, arrival_rate=20, service_time=0.2)
    top = explorer.picture.ghost.axes.get_ylim()[1]
    assert 2000 < max(explorer.picture.ghost.get_ydata()) < top
    assert explorer.picture.note.get_text().endswith("×")  # a mean wait above the left scale


def test_lines_that_leave_a_scale_are_drawn_at_its_edge(solved):
    formulas = lab.explore_formulas(solved["utilization"], solved["requests_in_system"])
    moved(formulas, service_time=0.2)
    catalog = lab.explore_catalog(solved["scale_up"])
    moved(catalog, service_time=0.2, max_utilization=0.5)
    for line, top in ((formulas.picture.line, "200 %+"), (catalog.picture.linear, "4,300+")):
        assert max(line.get_ydata()) == line.axes.get_ylim()[1]
        assert line.axes.get_yticklabels()[-1].get_text() == top


def test_two_tiers_show_what_the_text_says(solved):
    explorer = lab.explore_two_tiers(solved["serve_two_tiers"])

    def took(**values):
        words = moved(explorer, **values)
        tiers, box = re.search(r"A request takes (\d+) ms.*in one box: (\d+) ms", words).groups()
        return int(tiers), int(box)

    assert took()[0] == 485 and took(web_workers=16)[0] == 484
    assert "The database is the bottleneck" in explorer.refresh()
    said("485 ms before, 484 ms after")
    assert took(web_workers=4, connections=2)[0] == 164
    said("164 ms. One more connection")
    assert took(arrival_rate=24, web_workers=8, connections=4) == (163, 297)
    said("163 ms against 297 ms")
    moved(explorer, arrival_rate=8, web_workers=1, connections=16)
    assert explorer.refresh().startswith("The web tier is the bottleneck")
    said("For example 1 web worker and 16 connections")


def test_the_catalogs_prices_are_those_of_the_text(solved):
    explorer = lab.explore_catalog(solved["scale_up"])
    for rate, machine, price, even in (
        (200, "box-32", "1,200", "500"),
        (300, "box-64", "2,900", "750"),
    ):
        words = moved(explorer, arrival_rate=rate)
        assert f"chooses {machine}, ${price} a month" in words
        line = dict(zip(*explorer.picture.linear.get_data(), strict=True))
        assert f"{line[rate]:.0f}" == even
        times = float(price.replace(",", "")) / line[rate]
        said(f"At {rate} {'requests/s ' if rate == 200 else ''}{machine} for {price}")
        said(f"instead of {even}: {times:.1f} times")
        assert f"${even} (dashed): you pay {times:.1f} times that" in words
    assert "from 515 requests/s on no machine is big enough" in moved(explorer, max_utilization=0.8)
    assert "from 610 requests/s on no machine is big enough" in moved(
        explorer, max_utilization=0.95
    )
    said("From 515 requests/s on no machine is big enough. At 95 % it ends at 610")


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


def test_the_text_of_exercise_c_quotes_the_picture(solved):
    explorer = lab.explore_two_tiers(solved["serve_two_tiers"])
    assert "The web workers are taken 62% of the time" in explorer.refresh()
    script = (course_scripts.ROOT / "solutions" / f"{NAME}.py").read_text(encoding="utf-8")
    assert "the web\n# workers are 62 % taken" in script or "web workers are 62 % taken" in script
    explorer.controls["web_workers"].value, explorer.controls["connections"].value = 1, 16
    assert explorer.refresh().startswith("The web tier is the bottleneck")


def test_the_ticks_that_change_the_most_answers(solved):
    """The text asks which ticks, not which one, do it most."""
    sets = [{n for bit, n in enumerate(lab.NEEDS) if number >> bit & 1} for number in range(64)]
    turned = {
        need: sum(
            solved["choose_database"](needs) != solved["choose_database"](needs | {need})
            for needs in sets
        )
        for need in lab.NEEDS
    }
    most = {need for need, count in turned.items() if count == max(turned.values())}
    assert most == {"joins", "multi-row transactions"} and max(turned.values()) == 15
    said("each of them alone changes 15 of the 16 sets that have neither")


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
    said("There were 23 credits. The transaction took its half back; from the texts five are gone.")


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
    assert one.svg != two.svg


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
    awake = False
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
        if repr(forged) == repr(seen):
            continue  # it sees nothing that this forgery would change
        tried += 1
        with pytest.raises((AssertionError, LookupError, TypeError, ValueError)):
            course_scripts.run(judge, {"seen": forged}, cell.grade_id)
    assert tried >= 9
