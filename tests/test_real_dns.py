"""Notebook 07 for real: the student's DNS over UDP, and a dead center that is still named."""

from dataclasses import replace
from queue import SimpleQueue

import numpy as np
import pytest
from dns import edns, message, query, rcode
from dns.exception import Timeout

from course.data_centers import explore_real, real, rehearsal
from course.data_centers.boxes import answered_center, dns_box, question, resolver_box, subnet
from course.data_centers.real_picture import EDGE, RealPicture
from course.data_centers.rehearsal import OF_DEAD, OUTAGE, rehearse, users
from course.data_centers.world import LOCATIONS, make_centers, nearest
from course.engine.component import ComponentError
from course.real.crowd import KILL
from course.real.processes import Stage
from tests.course_scripts import solved
from tests.explorers import corners, options, shown
from tests.test_real import alive
from tests.test_real_labs import press

pytestmark = pytest.mark.by_value

SOLVED = solved("07_data_centers")
GEO, RESOLVER = SOLVED["GeoDNS"], SOLVED["CachingResolver"]
FEW = {"rate": 60.0, "duration": 3.5}  # fewer may have no city that comes back within a TTL


def measured(ttl, kill_at, **chosen):
    """Return the last Run; Washington is killed by hand once `kill_at` of the requests are over."""
    hands, runs = SimpleQueue(), []
    for run in real.measure(GEO, RESOLVER, ttl=ttl, hands=hands, **chosen):
        pids = [process.pid for process in Stage.current.processes]
        if run.share >= kill_at and not any(each.share >= kill_at for each in runs):
            hands.put(KILL)
        runs.append(run)
    assert Stage.current is None and not [pid for pid in pids if alive(pid)]
    return runs


def test_answers_age_out_city_by_city_on_real_servers():
    """TTL 1 s: a city is sent to the dead center until its answer, or one before the DNS had
    noticed, is a second old; then to Singapore. Before, everybody goes to the nearest."""
    *_, run = runs = measured(1, 0.5, **FEW)
    traffic = users(1, **FEW).since_start()
    assert (run.times == traffic.times).all() and (run.cities == traffic.cities).all()
    start, _ = run.outage
    assert len(runs) > 3 and 0 < run.noticed < 2.0
    before = run.times < start - 0.1
    right = run.places[before] == nearest((True, True))[run.cities[before]]
    assert right.mean() > 0.97 and before.sum() > 10  # on a busy machine an answer may be late
    assert (run.failed[before] == ~right).all()
    mine = OF_DEAD[run.cities]
    late = run.times > start + run.noticed + 1.0 + 0.1
    assert late.any() and (run.places[late] == 1).mean() > 0.97
    between = mine & (run.times > start + 0.1) & (run.times < start + 0.9)
    assert run.lost > 0 and (run.places[between] == 0).any()
    assert (run.failed == ((run.places == 0) & (run.times > start))).mean() > 0.95
    # in any second a city asks at most once: fewer questions than requests
    assert len(set(run.cities.tolist())) <= run.asked < len(run.times)


@pytest.mark.parametrize("outage", [OUTAGE, None])
def test_pages_that_are_lost_before_anything_is_dead_are_blamed_on_the_machine(outage):
    """A fiftieth may come late; those from a moment before the kill may still meet it."""
    expected = rehearse(GEO, RESOLVER, ttl=2, outage=outage)
    until = outage[0] if outage else rehearsal.DURATION
    before = np.flatnonzero(expected.times < until - EDGE)
    many = len(expected.times) // 50
    for lost in (0, many, many + 1):
        failed = expected.failed.copy()
        failed[before] = False
        failed[before[:lost]] = True
        run = replace(expected, failed=failed)
        formula = rehearsal.formula(2, outage)
        _, words = RealPicture().show(ttl=2, foreseen=formula, expected=expected, run=run)
        blames = f"{lost} of them before anything was dead: this machine is busy" in words
        assert blames == (lost > many), words


@pytest.fixture(scope="module")
def resolver():
    """A DNS whose centers do not answer, a resolver before it, and the stage: (stage, ports)."""
    with Stage() as stage:
        centers = make_centers(2)
        front = stage.start("DNS", dns_box, GEO, centers, LOCATIONS, 7)
        front.send(ports={center.name: 9 for center in centers})
        behind = stage.start("resolver", resolver_box, RESOLVER, centers, LOCATIONS, 7)
        port = stage.ready(front)[0]["port"]
        behind.send(dns=port)
        yield stage, port, stage.ready(behind)[0]["port"]


def test_a_dns_answers_a_client_that_is_not_ours(resolver):
    """Until the first health check is over, it believes that all centers live."""
    stage, port, cached = resolver
    while stage.next(0.5):  # both centers are dead by now
        pass
    for server in (port, cached):
        answer = query.udp(question(3, stage.token), "127.0.0.1", port=server, timeout=3)
        assert answer.rcode() == rcode.SERVFAIL and answered_center(answer) is None
        assert answer.had_tsig


def test_who_does_not_know_the_token_gets_no_answer(resolver):
    _, *ports = resolver
    option = edns.ECSOption(subnet(3), 16)
    plain = message.make_query("photos.example.", "A", use_edns=0, options=[option])
    for port in ports:
        for asked in (plain, question(3, "guessed")):
            with pytest.raises(Timeout):
                query.udp(asked, "127.0.0.1", port=port, timeout=0.1)


def test_a_wrong_dns_on_a_real_server_is_one_sentence():
    class NamesIt:  # in here: sent by value, so that the process need not import this file
        def __init__(self, centers):
            self.centers = centers

        def resolve(self, location):
            return self.centers[0].name

    with pytest.raises(ComponentError) as error, Stage() as stage:
        centers = make_centers(2)
        front = stage.start("DNS", dns_box, NamesIt, centers, LOCATIONS, 7)
        front.send(ports={center.name: 9 for center in centers})
        port = stage.ready(front)[0]["port"]
        with pytest.raises(Timeout):
            query.udp(question(3, stage.token), "127.0.0.1", port=port, timeout=0.3)
        while stage.next(2.0):
            pass
    called = f"NamesIt.resolve({LOCATIONS[3]}) returned 'Washington', expected one of the centers"
    assert str(error.value).startswith(called)


def test_the_formula_is_the_mean_of_many_simulated_days(monkeypatch):
    lost, asked = [], []
    for day in range(40):
        monkeypatch.setattr(rehearsal, "SEED", day)
        run = rehearse(GEO, RESOLVER, ttl=2, outage=OUTAGE)
        lost.append(run.lost)
        asked.append(run.asked)
    for counts, expected in zip((lost, asked), rehearsal.formula(2, OUTAGE), strict=True):
        assert np.mean(counts) == pytest.approx(expected, abs=3 * np.std(counts) / 40**0.5)
    assert rehearsal.formula(2, None) == (0.0, rehearsal.formula(2, OUTAGE)[1])


@pytest.fixture
def without_processes(monkeypatch):
    """Let a real run answer at once what the simulation says."""

    def rehearsed(geo_dns, resolver, *, ttl, outage, hands):
        yield rehearse(geo_dns, resolver, ttl=ttl, outage=outage)

    monkeypatch.setattr(real, "measure", rehearsed)


def test_the_steps_of_a_real_outage_say_what_was_measured(without_processes):
    explorer = explore_real(GEO, RESOLVER)
    assert shown(explorer).startswith("Nothing is measured yet")
    two, four, none = press(explorer, "07_data_centers")
    for ttl, answer in ((2, two), (4, four)):
        run = rehearse(GEO, RESOLVER, ttl=ttl, outage=OUTAGE)
        sent, asked = (f"{each:.0f}" for each in rehearsal.formula(ttl, OUTAGE))
        assert f"{run.lost} requests were sent to the dead center" in answer
        assert f"asked {run.asked} times. By the formula {sent} and {asked}" in answer
    count = len(users(0).since_start().times)
    assert f"each of the {count} requests: {count} times" in none
    bars = [bar.get_width() for bar in explorer.picture.counts[0].bars]
    assert bars == [0, 0, 0]


def test_every_corner_of_a_real_outage_is_a_picture(without_processes):
    assert list(corners(explore_real(GEO, RESOLVER), options, every=True))


def test_what_is_not_written_yet_is_said(monkeypatch):
    class Stub:
        def __init__(self, centers):
            pass

        def resolve(self, location):
            raise NotImplementedError("Exercise A: choose the nearest healthy center")

    found = explore_real(Stub, RESOLVER)
    assert shown(found) == "Not written yet. Exercise A: choose the nearest healthy center"
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert explore_real(GEO, RESOLVER) is None
