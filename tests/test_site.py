"""A student's own site, whole: it keeps what it confirmed, and leaves nothing behind."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import nbformat
import pytest

import course
from course.site import card, reader, stack, start
from course.site.ours import OURS
from course.site.parts import PARTS, ROLES
from course.site.stack import BOXES, Site
from tests.classroom import released, solutions, written
from tests.course_scripts import NAMES, ROOT
from tests.test_real import alive, asked, gone

pytestmark = [
    pytest.mark.by_value,
    pytest.mark.skipif(sys.platform == "win32", reason="it asks with POSIX's signals"),
]

REQUESTS, RATE = 600, 300
KERNEL = """
import json, sys, time
from course.site.stack import Site
site = Site({})
pids = [site.stage.warden.pid, *(process.pid for process in site.stage.processes)]
print(json.dumps([site.ports, str(site.stage.folder), pids, site.parts]), flush=True)
site.load(100, 60)
while True:
    time.sleep(0.1)
    print(json.dumps(site.state()["users"].get("done", {})), flush=True)
"""


def until(found, within=10.0):
    """Wait until `found()` is true; return what it was last."""
    end = time.monotonic() + within
    while not (value := found()) and time.monotonic() < end:
        time.sleep(0.05)
    return value


def answer_of(address, data=None):
    """Return the status of an address and its text."""
    try:
        with urllib.request.urlopen(address, data=data, timeout=5) as came:
            return came.status, came.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, ""


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A folder with each notebook and its worked solutions, as a student has them."""
    folder = tmp_path_factory.mktemp("solved")
    for name in {part.notebook for part in PARTS}:
        (folder / name).mkdir()
        nbformat.write(written(name, solutions(name)), folder / name / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def site(solved):
    made = Site(start.found_notebooks(solved))
    yield made
    made.close()


def test_every_component_of_the_worked_solutions_is_used(site):
    assert {role for role, part in site.parts.items() if not part["yours"]} == set()
    assert [line["whose"] for line in card.card(site.state())] == ["yours"] * len(ROLES)


def test_no_confirmed_write_is_lost_while_processes_are_killed(site):
    site.load(RATE, REQUESTS)
    for victim in ("web-2", "cache", "worker-1"):
        site.kill(victim)
        assert not site.alive(victim)
        time.sleep(0.4)
        site.restart(victim)

    def over():
        users = site.state()["users"]
        done, audit = users["done"], users["audit"]
        settled = audit.get("found") == audit.get("confirmed")
        return settled and done.get("answered", 0) + done.get("failed", 0) == REQUESTS and users

    users = until(over, 20)
    assert users, site.state()
    assert users["done"]["answered"] > REQUESTS / 2
    # the oracle: the database's own file; what failed may have been written all the same
    unconfirmed = rows(site, "SELECT count(*) FROM writes") - users["audit"]["confirmed"]
    assert 0 <= unconfirmed <= users["done"].get("failed", 0)
    assert rows(site, "SELECT sum(likes) FROM photos") == rows(site, "SELECT count(*) FROM log")
    did = {line["name"]: line["did"] for line in card.card(site.state())}
    assert int(re.match(r"\d+", did["TTLCache"])[0]) > 0 and "replica-1" in did["Router"]
    assert [box.get("fault") for box in site.state()["boxes"].values()] == [None] * len(BOXES)


def rows(site, sql):
    """Return what a query finds in the primary's file."""
    with closing(sqlite3.connect(site.stage.folder / "primary.sqlite")) as file:
        return file.execute(sql).fetchone()[0]


def test_the_page_is_for_who_has_its_key_and_the_processes_for_who_has_the_token(site):
    status, text = answer_of(site.url)
    assert status == 200 and "<h1>Your site</h1>" in text
    assert answer_of(site.url + "page.py")[0] == 404
    stranger = site.url.replace(site.key, "guessed")
    assert [answer_of(stranger + path)[0] for path in ("", "state", "site/login")] == [404] * 3
    assert answer_of(stranger + "do", b'{"do": "kill", "value": "cache"}')[0] == 404
    for name in ("edge", "balancer", "web-1"):
        assert asked(site.ports[name], "/photo/1.svg") == 403
        assert asked(site.ports[name], "/photo/1.svg", site.stage.token) == 200


def test_what_the_page_asks_goes_through_the_site(site):
    assert until(lambda: json.loads(answer_of(site.url + "state")[1]).get("card"))
    status, text = answer_of(site.url + "site/login?user=eve", b"")
    session = json.loads(text)["session"]
    assert status == 200 and session != "eve"
    page = f"site/page/7?session={session}"
    before = json.loads(answer_of(site.url + page)[1])
    assert before["user"] == "eve"
    assert answer_of(f"{site.url}site/like/7?session={session}&id=one", b"")[0] == 200
    more = until(lambda: json.loads(answer_of(site.url + page)[1])["likes"] == before["likes"] + 1)
    assert more
    assert answer_of(site.url + "site/page/7?session=eve")[0] == 401
    assert answer_of(site.url + "site/photo/7.svg")[1].startswith("<svg")


def test_the_page_kills_and_starts_again(site):
    def do(what, name):
        return answer_of(site.url + "do", json.dumps({"do": what, "value": name}).encode())[0]

    process = site.processes["edge"]
    assert do("kill", "edge") == 200 and until(lambda: not alive(process.pid))
    # the resolver sends users past the dead edge
    assert until(lambda: answer_of(site.url + "site/photo/3.svg")[0] == 200)
    assert do("restart", "edge") == 200 and until(lambda: site.alive("edge"))
    for name in ("users", "page", "warden", "no such box"):
        do("kill", name)
    do("kill", ["edge"])
    assert do("rate", "much") == 200
    assert until(lambda: answer_of(site.url + "state")[1].count('"alive": true') == len(BOXES))
    assert site.users.alive and site.page.alive and site.stage.warden.poll() is None


def test_a_second_site_ends_the_first(site):
    """The second one is only a stage here: that is what one site takes from another."""
    pids = [process.pid for process in site.stage.processes]
    folder = site.stage.folder
    with stack.Stage():
        site.thread.join(5)
        assert not site.thread.is_alive()
        assert gone(pids, site.ports.values(), folder) == []


def test_with_nothing_solved_it_starts_and_nothing_is_left_of_a_killed_kernel():
    command = [sys.executable, "-c", KERNEL]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as kernel:
        try:
            ports, folder, pids, parts = json.loads(kernel.stdout.readline())
            assert [part["yours"] for part in parts.values()] == [False] * len(ROLES)
            assert len(pids) == len(BOXES) + 3 and all(map(alive, pids))
            end, answered = time.monotonic() + 20, 0
            while answered < 60 and time.monotonic() < end:
                answered = json.loads(kernel.stdout.readline()).get("answered", 0)
            assert answered == 60
        finally:
            os.kill(kernel.pid, signal.SIGKILL)
        assert gone(pids, ports.values(), folder) == []


def saved(folder, name, texts):
    """Save a notebook with these texts in its solution cells; return its path."""
    path = folder / f"{name}.ipynb"
    nbformat.write(written(name, texts) if texts else released(name), path)
    return path


def whose(path, name):
    """Return {role: (whether the student's is used, why not)} of one notebook."""
    parts = [part for part in PARTS if part.notebook == name]
    return {part.name: (bool(text), why) for part, text, why in reader.components(path, parts)}


def test_a_wrong_component_is_not_used_and_the_page_says_why(tmp_path):
    name = "04_cache"
    right = solutions(name)
    forgets = right["ttl_cache"].replace("now + self.ttl", "now")
    assert forgets != right["ttl_cache"]
    found = whose(saved(tmp_path, name, right | {"ttl_cache": forgets}), name)
    assert found["ReadThrough"] == (True, "")
    assert found["TTLCache"][0] is False and "ttl" in found["TTLCache"][1].lower()


def test_what_is_not_written_missing_or_no_notebook_is_ours(tmp_path):
    name = "02_load_balancer"
    one = {"round_robin": solutions(name)["round_robin"]}
    found = whose(saved(tmp_path, name, one), name)
    assert found["RoundRobin"] == (True, "")
    assert found["LeastConnections"] == found["HealthChecker"] == (False, "")
    assert whose(None, name)["RoundRobin"] == (False, "the notebook is not there")
    (tmp_path / "broken.ipynb").write_text("{")
    assert "is not a notebook" in whose(tmp_path / "broken.ipynb", name)["RoundRobin"][1]


def test_only_what_a_cell_defines_is_run():
    text = "%matplotlib inline\nimport math\nlimit = 3\nseen = open('x')\ndef f():\n    pass\nf()"
    assert reader.definitions(text) == ["import math", "limit = 3", "def f():\n    pass"]
    assert reader.definitions("this is no Python") == []


def small(path, exercise, text):
    """Save a notebook of one exercise and its check, which needs no lab; return its path."""
    solution = nbformat.v4.new_code_cell(text)
    solution.metadata["nbgrader"] = {"grade_id": exercise, "solution": True, "grade": False}
    check = nbformat.v4.new_code_cell("seen = 1\n### JUDGE\nassert seen")
    check.metadata["nbgrader"] = {"grade_id": f"{exercise}_check", "grade": True, "points": 1}
    nbformat.write(nbformat.v4.new_notebook(cells=[solution, check]), path)
    return path


def test_a_notebook_that_never_comes_back_is_left_out(tmp_path, monkeypatch):
    """Its reader is ended, and the notebooks after it are read all the same."""
    monkeypatch.setattr(stack, "READING", 4.0)  # s, of which a reader takes most to begin
    monkeypatch.setattr(stack, "BOXES", {})
    monkeypatch.setattr(Site, "_wait_until_all_are_ready", lambda self: self.stage.close())
    hangs = "import time\nclass SessionStore:\n    time.sleep(60)"
    fine = "class EdgeCache:\n    pass\nclass OriginDown(Exception):\n    pass"
    paths = {
        "06_stateless_tier": small(tmp_path / "hangs.ipynb", "session_store", hangs),
        "05_cdn": small(tmp_path / "fine.ipynb", "edge_cache", fine),
    }
    parts = Site(paths).parts
    assert not parts["sessions"]["yours"] and parts["sessions"]["why"] == "it did not come back"
    assert parts["edge_cache"]["yours"]


def test_there_is_a_stand_in_for_each_role_and_none_is_a_solution():
    assert tuple(OURS) == ROLES
    assert {part.notebook for part in PARTS} <= set(NAMES)
    for part in PARTS:
        assert part.exercise in solutions(part.notebook)


def test_the_address_is_the_one_that_the_browser_reaches(monkeypatch):
    url = "http://127.0.0.1:4711/key/"
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    assert start.address(url, 4711) == url
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setattr(start, "find_spec", lambda name: None)
    with pytest.raises(start.NoAddress, match="jupyter-server-proxy"):
        start.address(url, 4711)
    monkeypatch.setattr(start, "find_spec", lambda name: name == "jupyter_server_proxy")
    assert start.address(url, 4711) == "/user/ada/proxy/4711/key/"


def test_the_page_works_below_any_path():
    """Behind Jupyter's proxy, an address that begins with / would miss the site."""
    folder = Path(start.__file__).parent
    page = (folder / "page.html").read_text(encoding="utf-8")
    script = (folder / "page.js").read_text(encoding="utf-8")
    addresses = re.findall(r'(?:href|src)="([^"]+)"', page)
    addresses += re.findall(r'(?:fetch\(|src = |site\()[`"]([^`"]*)', script)
    assert len(addresses) > 6
    assert not [each for each in addresses if each.startswith(("/", "http", "//"))]


def test_nothing_starts_before_the_button_or_while_nbgrader_executes(monkeypatch):
    shown = course.my_site()
    assert shown.site is None and not shown.start_button.disabled
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert course.my_site() is None
