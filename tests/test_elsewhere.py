"""Where else the course runs: in a browser (JupyterLite) without threads, sockets or processes."""

import os
import re
import socket
import subprocess
import threading

import pytest

from course.view import explore, limit
from course.view.explore import Explorer
from course.view.film import Film
from tests import explorers
from tests.course_scripts import EVERY, NAMES, cells, run, solved

REAL = {  # what runs real processes
    "explore_real(Router, Replica)",
    "explore_crash(DurableQueue)",
    "explore_crash(DurableQueue, IdempotentConsumer)",
}
CALL = re.compile(r"^(explore\w*|replay\w*)\(.*\)\s*\Z", re.M | re.S)


@pytest.fixture
def in_a_browser(monkeypatch):
    """Shut what a browser has not got, as Pyodide does."""

    def no_thread(self):
        raise RuntimeError("can't start new thread")

    def none(*words, **options):
        raise OSError(138, "Not supported")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    monkeypatch.setattr(socket, "socket", none)
    monkeypatch.setattr(subprocess, "Popen", none)
    monkeypatch.setattr(os, "fork", none)
    monkeypatch.setattr(explore, "_in_a_kernel", lambda: True)
    limit.can_start_threads.cache_clear()
    yield
    monkeypatch.undo()
    limit.can_start_threads.cache_clear()


def names_of(name):
    """Return what a student's namespace holds who has solved everything."""
    if name in NAMES:
        return solved(name) | {"prediction": 1}
    names = {"prediction": 1, "choose_till": lambda queues: queues.index(min(queues))}
    run("from course.start_here import *\nby_hand = play()", names)
    return names


def calls(name):
    """Return the calls of a notebook that show an explorer or a film."""
    found = (CALL.search(cell.text) for cell in cells(name) if cell.is_code)
    return [match[0] for match in found if match]


@pytest.mark.parametrize("name", EVERY)
def test_every_explorer_and_film_opens_without_threads_and_sockets(name, in_a_browser):
    names = names_of(name)
    assert len(calls(name)) > 1
    for call in calls(name):
        shown = eval(call, names)
        if call in REAL:
            assert "a browser does not have" in explorers.shown(shown)
        elif isinstance(shown, Explorer):
            assert explorers.pictured(shown), f"{call}: {explorers.shown(shown)}"
        else:
            assert isinstance(shown, Film) and shown.reel, call


def test_a_slider_moves_its_picture_without_threads(in_a_browser):
    shown = solved("02_load_balancer")["explore"]()
    before = explorers.moving(shown)
    shown.controls["arrival_rate"].value += 5
    assert explorers.moving(shown) != before
