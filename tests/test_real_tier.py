"""Notebook 06 for real: what becomes of Ann's session when a real web server or store dies."""

import dataclasses
import os
from contextlib import suppress
from queue import Empty, SimpleQueue

import pytest

from course.engine.component import ComponentError
from course.real.crowd import KILL, START
from course.real.processes import Stage
from course.stateless_tier import Response, explore_real, real, rehearsal
from course.stateless_tier.boxes import web_box
from course.stateless_tier.rehearsal import (
    LOG_IN,
    MEMORY,
    NO_PAGE,
    PAGE,
    REDIS,
    STORE,
    WEB,
    rehearse,
)
from tests.course_scripts import solved
from tests.explorers import corners, options, shown
from tests.test_real import alive, asked
from tests.test_real_labs import press

pytestmark = pytest.mark.by_value

SOLVED = solved("06_stateless_tier")
SESSIONS, HANDLE = SOLVED["SessionStore"], SOLVED["handle"]


def got(run, user):
    """Return what the browser of a user got, in order of time."""
    return [row[3] for row in sorted(run.rows, key=lambda row: row[1]) if row[0] == user]


def measured(where, *hands, duration=2.0):
    """Return the last Run; hands: (share of the run, KILL or START, box), each done once."""
    asked, hands = SimpleQueue(), list(hands)
    chosen = {"where": where, "hands": asked, "duration": duration}
    for run in real.measure(SESSIONS, HANDLE, **chosen):
        pids = [process.pid for process in Stage.current.processes]
        if hands and run.share >= hands[0][0]:
            asked.put(hands.pop(0)[1:])
    assert run.share == 1 and len(run.rows) == 12 * duration / 0.5
    assert Stage.current is None and not [pid for pid in pids if alive(pid)]
    return run


def test_sessions_in_memory_die_with_their_real_server():
    run = measured(MEMORY, (0.3, KILL, "web-1"))
    ((dead, *_),) = run.events
    homes = {row[0]: row[4] for row in run.rows if row[1] < dead - 0.1}
    assert sorted(homes.values()) == 4 * ["web-1"] + 4 * ["web-2"] + 4 * ["web-3"]
    lost = {user for user, home in homes.items() if home == "web-1"}
    assert run.thrown_out == lost
    for user in range(12):
        assert got(run, user).count(LOG_IN) == (user in lost) and NO_PAGE not in got(run, user)
        assert user in lost or {row[4] for row in run.rows if row[0] == user} == {homes[user]}


def test_a_real_store_outlives_a_web_server_and_takes_all_with_it():
    run = measured(STORE, (0.2, KILL, "web-1"), (0.5, KILL, "store"))
    (dead, *_), (gone, *_) = run.events
    assert run.thrown_out == set()
    for row in run.rows:
        if row[1] < gone - 0.1 or row[1] > gone + 0.1:  # else either may be first
            assert row[3] == (PAGE if row[1] < gone else NO_PAGE), row
        assert row[1] < dead + 0.1 or row[4] != "web-1"
    assert {row[4] for row in run.rows if row[1] < dead - 0.1} == set(WEB)


def test_real_redis_is_empty_when_it_comes_back():
    if not rehearsal.redis_is_here():
        pytest.skip("Redis is not installed (apt install redis-server, pip install redis)")
    run = measured(REDIS, (0.3, KILL, "store"), (0.4, START, None))
    assert [event[1:] for event in run.events] == [(KILL, "store"), (START, "store")]
    for user in range(12):
        answers = got(run, user)
        assert answers[0] == answers[-1] == PAGE and answers.count(LOG_IN) == 1


@pytest.mark.parametrize("where", [MEMORY, STORE])
@pytest.mark.parametrize("dies", ["", "web-1", "store"])
def test_the_simulation_of_a_real_tier_says_what_the_formula_says(where, dies):
    run = rehearse(SESSIONS, HANDLE, where=where, events=rehearsal.planned(where, dies))
    assert (len(run.thrown_out), run.without_page) == rehearsal.formula(where, dies)


@pytest.fixture
def without_processes(monkeypatch):
    """Let a real run answer at once what the simulation says, each page after 7 ms."""

    def rehearsed(store, handle, *, where, dies, hands):
        events = rehearsal.planned(where, dies)
        with suppress(Empty):
            events = ((1.0, *hands.get_nowait()),)
        run = rehearse(store, handle, where=where, events=events)
        rows = tuple((*row[:2], 0.007, *row[3:]) for row in run.rows)
        yield dataclasses.replace(run, rows=rows)

    monkeypatch.setattr(real, "measure", rehearsed)
    monkeypatch.setattr(rehearsal, "redis_is_here", lambda: True)


def test_the_steps_of_the_real_tier_say_what_was_measured(without_processes):
    explorer = explore_real(SESSIONS, HANDLE)
    assert shown(explorer).startswith("Nothing is measured yet")
    memory, store, gone, redis = press(explorer, "06_stateless_tier")
    assert "Ann, Dee, Gus, Jon. By the formula 4 users, in the simulation 4." in memory
    assert "On this machine nobody. By the formula 0 users" in store
    assert "nobody gets a page: 48 reloads" in gone and "12 of 12 users" in gone
    assert "None of the users" in redis and "with your store it took 7 ms" in redis
    assert "The simulation of these events says the same." in shown(explorer)
    assert [bar.get_width() for bar in explorer.picture.counts[0].bars] == [0, 0, 0]
    explorer.during[2].click()  # web-2, by hand: the formula does not know of that
    explorer.experiment.press(1)
    by_hand = explorer.experiment.press(1)
    assert by_hand.endswith("machine Bob, Eve, Hal, Kim. In the simulation 4.")
    explorer.take({"where": STORE, "dies": "store"})
    assert [bar.get_width() for bar in explorer.picture.counts[1].bars] == [48, 48, 48]


def test_every_corner_of_the_real_tier_is_a_picture(without_processes):
    assert list(corners(explore_real(SESSIONS, HANDLE), options, every=True))


def test_where_redis_is_missing_a_sentence_says_so(monkeypatch):
    monkeypatch.setattr(rehearsal, "redis_is_here", lambda: False)
    explorer = explore_real(SESSIONS, HANDLE)
    assert REDIS not in options(explorer.controls["where"])
    assert "Redis could join, but it is not installed on this machine." in shown(explorer)
    assert len(explorer.experiment.steps) == 3


def test_a_wrong_handle_on_a_real_server_is_one_sentence():
    """Its fault shows only there: the class is the same, the process is another."""
    pid = os.getpid()

    def elsewhere(request, store):
        return HANDLE(request, store) if os.getpid() == pid else Response(500)

    with pytest.raises(ComponentError) as error, Stage() as stage:
        server = stage.start("web-1", web_box, elsewhere, MEMORY, SESSIONS, 900.0)
        assert asked(stage.ready(server)[0]["port"], "/page", stage.token) == 500
        stage.next(5.0)
    assert str(error.value).endswith("expected a Response with status 200 or 401.")
