"""Notebook 00: a shop to try things out in, links to every notebook, and a student's progress."""

import linecache
import re
import shutil

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from course import start_here as lab
from course.engine import theory
from course.engine.component import ComponentError
from course.overview import examine
from course.start_here import notebooks
from course.start_here.film import CUSTOMERS, SEED, chosen, film, minutes
from course.start_here.notebooks_picture import COLUMNS, places
from course.start_here.picture import unfair, worst_moment
from course.verdicts import FAILED, PASSED, UNWRITTEN
from tests import films
from tests.course_scripts import NAMES, ROOT, cells, verdict
from tests.explorers import answers
from tests.jupyterlab import chromium_page
from tests.narrow import needs_chromium

NOTEBOOK = ROOT / "notebooks" / "00_start_here" / "00_start_here.ipynb"
STUB = 'raise NotImplementedError("Start here: return the index of the shortest queue")'


def shortest(queues):
    return queues.index(min(queues))


def test_at_random_each_till_is_a_queue_of_its_own():
    """Random splitting of Poisson arrivals: M/M/1 at each till; the band is that of 40 days."""
    waits = [lab.simulate(seed=seed, customers_per_hour=80).mean_wait / 90 for seed in range(40)]
    expected = theory.mean_wait(80 / 3600 / 3, 90) / 90
    mean = sum(waits) / 40
    error = (sum((wait - mean) ** 2 for wait in waits) / 39 / 40) ** 0.5
    assert error < 0.15 * expected
    assert abs(mean - expected) < 4 * error  # a day starts empty: a little below, if anything


def test_the_shortest_queue_wins_on_every_day_and_customers_are_the_same():
    for seed in range(10):
        random, mine = lab.simulate(seed=seed), lab.simulate(shortest, seed=seed)
        assert mine.mean_wait < 0.6 * random.mean_wait
        assert (mine.arrived_at == random.arrived_at).all()


def test_with_one_till_there_is_nothing_to_choose():
    random, mine = lab.simulate(tills=1), lab.simulate(shortest, tills=1)
    assert (mine.finished_at == random.finished_at).all()


@pytest.mark.parametrize(
    ("choose", "sentence"),
    [
        (lambda queues: len(queues), "returned 3, expected the index of a till, 0 to 2"),
        (lambda queues: None, "returned None, expected the index"),
        (lambda queues: True, "returned True"),
        (lambda queues: queues[9], "raised IndexError"),
        (7, "int is not a function"),
    ],
)
def test_a_wrong_rule_is_one_sentence(choose, sentence):
    with pytest.raises(ComponentError, match=sentence):
        lab.simulate(choose)


@pytest.mark.parametrize(
    "bad", [{"tills": 0}, {"customers_per_hour": -1}, {"minutes_each": "a"}, {"seed": -1}]
)
def test_bad_numbers_are_named(bad):
    [(name, value)] = bad.items()
    with pytest.raises(ValueError, match=rf"{name} = {value!r}: must be"):
        lab.simulate(**bad)


def test_sliders_at_their_ends_and_a_stub():
    explorer = lab.explore(shortest, prediction=5)
    assert "shortest: a customer waits" in explorer.sentence.value
    assert "You predicted 5 minutes" in explorer.sentence.value
    for control in explorer.controls.values():
        for value in (control.min, control.max):
            before, control.value = explorer.image.moving, value
            assert explorer.image.moving != before and explorer.image.layout.display is None

    def choose_till(queues):
        raise NotImplementedError("Start here: return the index")

    assert "Not written yet. Start here" in lab.explore(choose_till).sentence.value
    assert "prediction = &#x27;five&#x27;" in lab.explore(prediction="five").sentence.value


def test_the_wait_stays_inside_its_scale_where_the_text_leads():
    explorer = lab.explore()
    bar = explorer.picture.random_bar
    waits = {}
    for customers in (100, 110, 115):
        explorer.controls["customers_per_hour"].value = customers
        waits[customers] = bar.get_width()
    assert waits[100] < waits[110] < waits[115] < 30 and waits[115] > 2 * waits[100]
    explorer.controls["customers_per_hour"].value = 200  # far too many: drawn at the edge
    assert bar.get_width() == 30 and bar.axes.get_xticklabels()[-1].get_text() == "30+"


def rows(explorer):
    """Return what stands in the picture next to each till: its name, and how many people."""
    picture = explorer.picture
    drawn = np.hstack([picture.random.get_data(), picture.yours.get_data()])[1]
    notes = {note.get_position()[1]: note.get_text() for note in picture.notes}
    found = []
    for name in (each for each in picture.names if each.get_text()):
        y = name.get_position()[1]
        found.append((name.get_text(), int((drawn == y).sum()), notes.get(y, "")))
    return found


def test_one_till_is_free_while_another_is_long():
    explorer = lab.explore(shortest)
    random, yours = lab.simulate(seed=lab.SEED), lab.simulate(shortest, seed=lab.SEED)
    moment = worst_moment(random)
    *first, till_4, till_5, till_6 = rows(explorer)
    for number, (name, drawn, note) in enumerate(first):
        here = random.place == number
        at = (random.arrived_at[here] <= moment) & (random.finished_at[here] > moment)
        assert name == f"till {number + 1}" and drawn == min(at.sum(), 20)
        assert note == ("free" if drawn == 0 else f"+{at.sum() - 20}" if at.sum() > 20 else "")
    assert min(first, key=lambda row: row[1])[2] == "free" and max(row[1] for row in first) == 20
    assert sum(row[1] for row in (till_4, till_5, till_6)) == yours.number_in_system(moment) == 3
    for tills in (1, 6):
        explorer.controls["tills"].value = tills
        assert len(rows(explorer)) == 2 * tills


def test_somebody_waits_while_a_till_is_free():
    """Counted a second time with a clock that ticks every second."""
    random, mine = lab.simulate(seed=lab.SEED), lab.simulate(shortest, seed=lab.SEED)
    for run, band in ((random, (0.3, 0.5)), (mine, (0.05, 0.2))):
        seconds = np.arange(0.5, run.finished_at.max())
        lengths = np.array([run.number_in_system(seconds, name) for name in run.names])
        share = ((lengths.max(axis=0) > 1) & (lengths.min(axis=0) == 0)).mean()
        assert unfair(run) == pytest.approx(share, abs=0.005) and band[0] < share < band[1]
    assert "For 44% of the time somebody waited while a till was free" in lab.explore().refresh()


def test_the_steps_answer_with_the_numbers_of_their_run():
    said = answers(lab.explore())
    assert said[1].startswith("No, far longer: 12.7 minutes instead of 7.4: 1.7 times as long.")
    assert said[2].startswith("18.0 minutes instead of 7.4: 2.4 times as long.")
    mine = answers(lab.explore(shortest))
    assert mine[1].startswith("A customer waits 7.8 minutes instead of 18.0:")
    text = "\n".join(cell.text for cell in cells("00_start_here"))
    for step in (*lab.STEPS, *lab.YOUR_STEPS):
        assert f"*{step.does[0].upper()}{step.does[1:]}*" in text


def test_the_words_say_how_busy_each_till_was():
    def the_number_of_the_shortest(queues):
        return min(queues)

    words = lab.explore(the_number_of_the_shortest).refresh()
    assert "The least busy till was busy 0% of the time, the busiest 100%." in words
    explorer = lab.explore()
    explorer.controls["tills"].value = 1
    assert re.search(r"Each till was busy \d+% of the time\.", explorer.refresh())


def test_a_check_asks_whether_a_number_was_printed_instead_of_returned():
    [check] = [cell for cell in cells("00_start_here") if "### JUDGE" in cell.text]
    said = verdict(check, {"choose_till": lambda queues: None})
    assert said.endswith("returned None, expected 1: did you print it instead of returning it?")
    assert verdict(check, {"choose_till": lambda queues: 2}).endswith("the second till is empty")


# --- the film and the game ------------------------------------------------------------------------

BY_HAND = [2, 0, 1, 1, 0, 2, 2, 0, 1, 1, 2, 0]
TWO_RETURNS = """
def choose_till(queues):
    if 0 in queues:
        return queues.index(0)
    return queues.index(min(queues))
"""


def lanes_of(reel):
    return {lane.title: lane for lane in reel.lanes}


def in_line(lane, time, across):
    """Return the labels of who is in a till's column and not at the door, from the till down."""
    places = [(actor.place(time), actor.label) for actor in lane.actors]
    found = [(place[1], label) for place, label in places if place and place[0] == across]
    return [label for y, label in sorted(found)]


@pytest.mark.parametrize("rule", [None, shortest, lambda queues: 0])
@pytest.mark.parametrize("by_hand", [(), BY_HAND, [0] * 12, [1] * 5])
def test_a_film_holds_together(rule, by_hand):
    reel = film(rule, by_hand)
    films.check(reel)
    assert len(reel.lanes) == 1 + (rule is not None) + (len(by_hand) == CUSTOMERS)
    for lane in reel.lanes:
        assert len(films.moving(lane, "customer")) == len(lane.actors) == CUSTOMERS
        assert all(actor.place(reel.end) is None for actor in lane.actors), (
            "somebody is still there"
        )


def test_the_films_customers_are_the_first_of_that_day_and_its_figures_the_runs():
    lanes = lanes_of(film(shortest, BY_HAND))
    runs = {
        "your shortest": lab.simulate(shortest, seed=SEED),
        "you, by hand": chosen(BY_HAND),
        "at random": lab.simulate(seed=SEED),
    }
    assert list(lanes) == list(runs)
    for title, lane in lanes.items():
        run = runs[title]
        waited, served = lane.counters
        assert waited.values[-1] == minutes(run.wait[:CUSTOMERS].sum())
        assert served.times == sorted(run.finished_at[:CUSTOMERS])
        times = zip(run.arrived_at[:CUSTOMERS], run.finished_at[:CUSTOMERS], strict=True)
        for actor, (came, left) in zip(lane.actors, times, strict=True):
            told = [time for time, *_ in actor.story]
            assert actor.times[1] == came and pytest.approx([came, left]) == [told[0], told[-1]]
    half = lanes["at random"].counters[0].times[70]
    run = runs["at random"]
    seconds = np.clip(np.minimum(half, run.started_at) - run.arrived_at, 0, None)[:CUSTOMERS].sum()
    assert lanes["at random"].counters[0].at(half) == minutes(seconds)


def test_who_came_first_stands_first_and_stands_there_until_it_has_been_served():
    run, lane = chosen(BY_HAND), lanes_of(film(None, BY_HAND))["you, by hand"]
    longest = 0
    for time in np.linspace(run.arrived_at[0], run.duration, 400):
        for till in range(3):
            here = [
                str(number + 1)
                for number in range(CUSTOMERS)
                if BY_HAND[number] == till and run.arrived_at[number] + 30 < time
                if time < run.finished_at[number]
            ]
            found = in_line(lane, time, 100 * (till + 0.5))
            assert [label for label in found if label in here] == here
            longest = max(longest, len(here))
    assert longest >= 3


def test_a_story_says_what_the_rule_saw_and_which_line_decided(monkeypatch):
    space = {}
    exec(compile(TWO_RETURNS, "two returns", "exec"), space)
    lane = film(space["choose_till"]).lanes[0]
    lines = set()
    for actor in lane.actors:
        _, words, call, cell = actor.story[0]
        assert str(call.saw) in words and cell == f"choose_till({call.saw})"
        assert eval(cell, space) == call.returned
        assert f"till {call.returned + 1}" in actor.story[1][1]
        assert call.line == (4 if 0 in call.saw else 5)
        lines.add(call.line)
    assert lines == {4, 5}
    # with its source at hand, as in a notebook, the page gets the lines
    source = (len(TWO_RETURNS), None, TWO_RETURNS.splitlines(keepends=True), "two returns")
    monkeypatch.setitem(linecache.cache, "two returns", source)
    packed = film(space["choose_till"]).packed()
    assert {story[0][3] for story in packed["lanes"][0]["stories"]} == {4, 5}


def test_a_rule_that_fails_has_a_film_until_that_customer():
    def last_of_the_shortest(queues):
        return 2 - queues[::-1].index(min(queues))

    def fails_late(queues):
        return last_of_the_shortest(queues) if sum(queues) < 4 else None

    replayed = lab.replay(fails_late)
    assert "fails_late([1, 1, 2]) returned None, expected the index" in replayed.sentence.value
    reel = replayed.reel
    lane, random = reel.lanes
    failed = lane.actors[-1]
    assert (
        1 < len(lane.actors) < CUSTOMERS and reel.end == failed.times[1] < reel.marks[-1][1] + 600
    )
    assert failed.place(reel.end)[:2] == failed.place(reel.end + 1)[:2]
    assert failed.story[-1][1].endswith("returned None.")
    as_well = film(last_of_the_shortest).lanes[0].actors
    for actor, other in zip(lane.actors[:-1], as_well, strict=False):
        assert actor.story[1] == other.story[1]
    assert all(
        time <= reel.end for each in (lane, random) for a in each.actors for time, *_ in a.story
    )


@pytest.mark.parametrize(
    ("rule", "sentence"), [(7, "int is not a function"), (lambda queues: 9, "returned 9, expected")]
)
def test_a_rule_that_fails_at_once_is_a_sentence(rule, sentence):
    assert sentence in lab.replay(rule).sentence.value

    def choose_till(queues):
        raise NotImplementedError("Start here: return the index")

    assert "Not written yet. Start here" in lab.replay(choose_till).sentence.value


def test_in_the_game_you_see_no_further_than_the_next_customer():
    game = lab.play()
    came = lab.simulate(seed=SEED).arrived_at
    for number, till in enumerate(BY_HAND):
        reel = game.player.source
        assert f"Customer {number + 1} of 12" in game.sentence.value
        assert reel.end == came[number] and len(reel.lanes[0].actors) == number + 1
        assert reel.lanes[0].actors[-1].place(reel.end)[1] > 200, "not at the door"
        told = [time for actor in reel.lanes[0].actors for time, *_ in actor.story]
        assert max([*told, *reel.lanes[0].counters[1].times], default=0) <= reel.end
        game.buttons[till].click()
    assert game.choices == game.played == BY_HAND and all(each.disabled for each in game.buttons)
    films.check(game.player.source)
    waits = chosen(BY_HAND).wait
    assert f"Together they wait {minutes(waits.sum())}, the unluckiest" in game.sentence.value
    assert minutes(waits.max()) in game.sentence.value
    game.send(0)
    assert len(game.choices) == CUSTOMERS
    game.again.click()
    assert (
        game.choices == [] and game.played == BY_HAND and "Customer 1 of 12" in game.sentence.value
    )


def test_a_game_joins_the_film_once_it_has_been_played():
    game = lab.play()
    game.send(0)
    assert [lane.title for lane in lab.replay(shortest, game).reel.lanes] == [
        "your shortest",
        "at random",
    ]
    for till in BY_HAND[1:]:
        game.send(till)
    lanes = lanes_of(lab.replay(shortest, game).reel)
    wait = chosen(game.choices).wait.sum()
    assert lanes["you, by hand"].counters[0].values[-1] == minutes(wait)


def test_while_nbgrader_executes_nobody_plays(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "1")
    assert lab.play() is None and lab.replay(shortest, None) is None


@needs_chromium
def test_a_film_that_is_longer_now_goes_on_where_it_ended(tmp_path):
    """What the game lives on: each choice makes the film longer by one customer."""
    path = lab.play().player.save(tmp_path / "game.html")
    text = path.read_text(encoding="utf-8")
    for saved, live in {
        "const values = ": "const values = window.values = ",
        "on() {}": "on(name, act) { window.change = act; }",
    }.items():
        assert text.count(saved) == 1
        text = text.replace(saved, live)
    path.write_text(text, encoding="utf-8")
    player = "document.querySelector('.film').player"
    with chromium_page() as (page, errors):
        for calm in ("no-preference", "reduce"):
            page.emulate_media(reduced_motion=calm)
            page.goto(path.as_uri())
            page.evaluate(f"{player}.setSpeed(4), {player}.pause(), {player}.seek(1e9)")
            before = page.evaluate(f"{player}.now")
            page.evaluate("values.reel = {...values.reel, end: values.reel.end + 20}, change()")
            page.evaluate(
                "new Promise(done => { let looks = 0; const look = () => "
                f"{player}.now >= {player}.reel.end || looks++ > 200 ? done() : "
                "setTimeout(look, 20); look(); })"
            )
            assert page.evaluate(f"[{player}.now, {player}.speed]") == [before + 20, 4]
        assert errors == []


# --- progress ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A student's copy of the first two notebooks, and of this one."""
    for name in ("00_start_here", *NAMES[:2]):
        shutil.copytree(ROOT / "notebooks" / name, tmp_path / name)
    return tmp_path


def saved_with(folder, name, outputs):
    """Save a notebook in which the checks called in `outputs` were run with these outputs."""
    path = folder / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in outputs:
            cell.outputs, cell.execution_count = outputs[grade_id], 1
        if grade_id == "explain":
            cell.source = "Because."
    nbformat.write(notebook, path)


def error(name):
    return nbformat.v4.new_output("error", ename=name, evalue="", traceback=[])


def marks(notebook):
    return {one.title.partition(" — ")[0]: one.mark for one in notebook.exercises}


def test_progress_is_what_was_saved(folder):
    found = {each.name: each for each in notebooks.read(folder)}
    assert list(found) == ["00_start_here", *NAMES[:2]]
    untouched = marks(found[NAMES[0]])
    assert list(untouched) == [*(f"Exercise {letter}" for letter in "ABCDE"), "Explain"]
    assert [*untouched.values()] == [""] * 5 + [UNWRITTEN]
    visible = [cell for cell in cells(NAMES[0]) if cell.kind == "check" and not cell.hidden]
    assert sum(len(one.verdicts) for one in found[NAMES[0]].exercises) == len(visible) + 1
    assert "Open notebook 01 and begin" in lab.progress(folder).sentence.value

    ran = [nbformat.v4.new_output("stream", text="hello")]
    failed, unwritten = [error("AssertionError")], [error("NotImplementedError")]
    outputs = {"serve_check": ran, "serve_check_2": failed, "utilization_check": unwritten}
    outputs |= {"scale_up_check": ran}
    saved_with(folder, NAMES[0], outputs)
    _, first, _ = notebooks.read(folder)
    assert [*marks(first).values()] == [FAILED, UNWRITTEN, "", PASSED, "", PASSED]
    assert sum(one.earned for one in first.exercises) == 2

    explorer = lab.progress(folder)
    said = explorer.sentence.value
    checks = [cell for name in NAMES[:2] for cell in cells(name) if cell.kind == "check"]
    assert f"2 of {1 + sum(not cell.hidden for cell in checks)} checks" in said
    assert "1 · One server: A ✗, B ○, D ✓, in words ✓." in said
    assert f"2 of {len(visible)}" in explorer.image.svg


def test_progress_shows_what_course_check_shows(folder):
    """The same exercises and points, from what was saved instead of what the kernel holds."""
    path = folder / NAMES[0] / f"{NAMES[0]}.ipynb"
    cells_ = nbformat.read(path, as_version=4).cells
    assert [(one.title, one.points, one.hidden) for one in examine(cells_, {})] == [
        (one.title, one.points, one.hidden) for one in notebooks.read(folder)[1].exercises
    ]


def test_every_notebooks_exercises_have_a_column():
    for each in notebooks.read(ROOT / "notebooks"):
        columns = [column for column, _ in places(each)]
        assert len(columns) == len(set(columns)) and max(columns) < len(COLUMNS), each.name
        letters = [one.title[9] for one in each.exercises if one.title.startswith("Exercise")]
        assert letters == COLUMNS[: len(letters)]


def test_the_first_success_is_the_practice_check_of_this_notebook(folder):
    path = folder / "00_start_here" / "00_start_here.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [check] = [cell for cell in notebook.cells if "### JUDGE" in cell.source]
    check.execution_count = 1
    nbformat.write(notebook, path)
    words = lab.progress(folder).sentence.value
    assert "1 of " in words and "0 · Start here: A ✓." in words


def test_a_notebook_that_cannot_be_read_does_not_hide_the_others(folder):
    (folder / NAMES[0] / f"{NAMES[0]}.ipynb").write_text("{half")
    _, first, second = notebooks.read(folder)
    assert "cannot be read" in first.problem and not second.problem and second.exercises
    assert f"{NAMES[0]} cannot be read" in lab.progress(folder).sentence.value


def test_a_folder_without_notebooks_is_named(tmp_path):
    with pytest.raises(ValueError, match=f"{tmp_path}: no notebooks there"):
        lab.progress(tmp_path)


# --- the notebook --------------------------------------------------------------------------------


def executed(notebook, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    client = NotebookClient(notebook, timeout=60, allow_errors=True, kernel_name="python3")
    client.execute(cwd=str(NOTEBOOK.parent))
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    said = " ".join(str(state["state"].get("value", "")) for state in states.values())
    errors = [out for cell in notebook.cells for out in cell.get("outputs", ()) if "ename" in out]
    return errors, said


def test_run_as_it_is_one_check_fails_kindly(monkeypatch):
    [error], said = executed(nbformat.read(NOTEBOOK, as_version=4), monkeypatch)
    assert error.ename == "NotImplementedError" and error.evalue.startswith("Start here: ")
    assert "First your guess: " in said
    assert "Not written yet. Start here: " in said and "checks that you can see pass" in said


def test_solved_it_runs_through(monkeypatch):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    [cell] = [cell for cell in notebook.cells if STUB in cell.source]
    cell.source = cell.source.replace(STUB, "return queues.index(min(queues))")
    [guess] = [cell for cell in notebook.cells if cell.source.startswith("prediction = None")]
    guess.source = "prediction = 5"
    errors, said = executed(notebook, monkeypatch)
    assert errors == [] and "choose_till: a customer waits 2.3 minutes" in said
    # the text after the experiment
    assert "at random: a customer waits 7.4 minutes" in said


def test_it_links_to_every_notebook_under_its_title():
    text = "\n".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells)
    links = dict(re.findall(r"\[(\d+ · [^\]]+)\]\(\.\./(\w+)/\2\.ipynb\)", text))
    titles = {cells(name)[0].text.splitlines()[0].removeprefix("# "): name for name in NAMES}
    assert links == titles
