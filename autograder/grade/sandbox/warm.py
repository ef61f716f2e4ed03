"""The warm parent: an interpreter that has imported the course and forks for each run.

client.py starts this as `python -m autograder.grade.sandbox.warm SOCKET`, with a clean environment.
It knows nothing secret: no solution, no check, no grader's variable.
"""

import importlib
import os
import socket
import sys
from functools import partial

from autograder.grade.sandbox import supervise, wire
from autograder.grade.sandbox.isolation import ISOLATIONS, Isolation
from autograder.grade.sandbox.limits import Limits
from autograder.grade.sandbox.runner import Runner

MOST = 64 << 20  # bytes of a message from the grader


def main() -> None:
    """Import, shut the door, then fork for each pair of sockets that comes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    setting = wire.receive(control, MOST)
    runner, isolation = Runner(), ISOLATIONS[setting["isolation"]]()
    for name in setting["modules"]:
        importlib.import_module(name)
    try:
        isolation.shut_in(lambda: _ask(control, "map"), setting["secret"])
        wire.send(control, "ready")
    except OSError as error:
        wire.send(control, {"refused": str(error)})
        os._exit(1)
    _serve(control, runner, Limits(**setting["limits"]), isolation)


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
