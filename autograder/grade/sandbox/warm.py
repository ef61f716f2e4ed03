"""The warm parent: an interpreter that has imported the course and forks for each run.

client.py starts this as `python -m autograder.grade.sandbox.warm SOCKET`, with a clean environment:
a process that imports what nearly every notebook does, and forks for each warm parent.
It knows nothing secret: no solution, no check, no grader's variable.
"""

import importlib
import os
import signal
import socket
import sys
from functools import partial

from autograder.grade.sandbox import supervise, wire
from autograder.grade.sandbox.isolation import ISOLATIONS, Isolation
from autograder.grade.sandbox.limits import Limits
from autograder.grade.sandbox.runner import Runner

USUAL = ("course.checks", "course.view.explore")  # what nearly every notebook imports
MOST = 64 << 20  # bytes of a message from the grader


def main() -> None:
    """Import, fork for each warm parent that is asked for; in it, shut the door and serve."""
    runner = Runner()
    for name in USUAL:
        importlib.import_module(name)
    control = _channel_of_a_fork(socket.socket(fileno=int(sys.argv[1])))
    wire.send(control, os.getpid())
    setting = wire.receive(control, MOST)
    isolation = ISOLATIONS[setting["isolation"]]()
    for name in setting["modules"]:
        importlib.import_module(name)
    try:
        isolation.shut_in(lambda: _ask(control, "map"), setting["secret"])
        wire.send(control, "ready")
    except OSError as error:
        wire.send(control, {"refused": str(error)})
        os._exit(1)
    _serve(control, runner, Limits(**setting["limits"]), isolation)


def _channel_of_a_fork(asks: socket.socket) -> socket.socket:
    """Fork for each channel that comes; in the fork, return it. Ends with the grader."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no fork is waited for
    while True:
        data, handles, _, _ = socket.recv_fds(asks, 1, 1)
        if not data:
            os._exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asks.close()
            os.setsid()
            return socket.socket(fileno=handles[0])
        os.close(handles[0])


def _ask(control: socket.socket, question: str) -> None:
    wire.send(control, question)
    wire.receive(control, MOST)


def _serve(control: socket.socket, runner: Runner, limits: Limits, isolation: Isolation) -> None:
    while True:
        data, handles, _, _ = socket.recv_fds(control, 1, 2)
        isolation.end_rest()  # of a run that killed its supervisor
        if not data:
            os._exit(0)  # the grader has gone: everything below goes too
        answers, status = (socket.socket(fileno=handle) for handle in handles)
        with answers, status:
            supervise_run = partial(_supervise, answers, status, runner, limits, isolation)
            isolation.supervised(control, supervise_run)


def _supervise(
    answers: socket.socket,
    status: socket.socket,
    runner: Runner,
    limits: Limits,
    isolation: Isolation,
) -> None:
    """Have the cells run in a child until it ends."""
    try:
        student = isolation.fork()
    except OSError:  # the machine has no room: the grader hears nothing, and asks again
        return
    if student == 0:
        _student(answers, runner, limits, isolation)
    answers.close()
    supervise.until_the_end(student, status, limits, isolation.end_rest)


def _student(answers: socket.socket, runner: Runner, limits: Limits, isolation: Isolation) -> None:
    """Become the process that the student's code runs in: its limits, then its cells."""
    try:
        os.setsid()
        os.dup2(0, 2)  # the warm parent's stderr is a file of the grader's
        os.dup2(answers.fileno(), 3)
        os.closerange(4, 1 << 16)
        answers.detach()
        channel = socket.socket(fileno=3)
        request = wire.receive(channel, MOST)
        home = isolation.settle(limits, request["folder"])
        os.chdir(home)
        os.environ["HOME"] = home
        isolation.give_up(limits)
        wire.send(channel, "started")
        runner.run(request, channel, limits)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
