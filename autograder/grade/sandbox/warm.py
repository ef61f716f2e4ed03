"""The warm parent: an interpreter that has imported the course and forks for each run.

client.py starts this as `python -m autograder.grade.sandbox.warm SOCKET`, with a clean environment.
It knows nothing secret: no solution, no check, no grader's variable. Each run is the first process
of a namespace of its own, and the warm parent looks after it.
"""

import importlib
import os
import socket
import sys
from pathlib import Path
from typing import Any

from autograder.grade.sandbox import calls, jail, supervise, system, wire
from autograder.grade.sandbox.limits import Limits
from autograder.grade.sandbox.runner import Runner

MOST = 64 << 20  # bytes of a message from the grader


def main() -> None:
    """Import, close the door, then fork for each pair of sockets that comes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    setting = wire.receive(control, MOST)
    runner = Runner()
    for name in setting["modules"]:
        importlib.import_module(name)
    namespaces = setting["namespaces"]
    try:
        if namespaces:
            jail.own_namespaces(lambda: _ask(control, "map"))
            _become_first_process()
            jail.enter(_visible(), setting["secret"])
            if not calls.is_possible():
                raise OSError("this kernel has no seccomp filters")
            if not system.can_fork_into_a_new_namespace():
                raise OSError("setns is refused")
        else:
            system.adopt_orphans()  # also of a supervisor that was killed
            os.chdir("/")
        wire.send(control, "ready")
    except OSError as error:
        wire.send(control, {"refused": str(error)})
        os._exit(1)
    _serve(control, runner, Limits(**setting["limits"]), namespaces)


def _serve(control: socket.socket, runner: Runner, limits: Limits, namespaces: bool) -> None:
    while True:
        data, handles, _, _ = socket.recv_fds(control, 1, 2)
        if not namespaces:
            supervise.end_all_below()  # a run that killed its supervisor
        if not data:
            os._exit(0)  # the grader has gone: all below goes too
        answers, status = (socket.socket(fileno=handle) for handle in handles)
        with answers, status:
            if namespaces:
                _supervised(answers, status, runner, limits, namespaces)
            elif os.fork() == 0:  # a run can kill its parent, and shall not find this one there
                try:
                    control.close()
                    system.adopt_orphans()
                    _supervised(answers, status, runner, limits, namespaces)
                finally:
                    os._exit(0)


def _supervised(
    answers: socket.socket,
    status: socket.socket,
    runner: Runner,
    limits: Limits,
    namespaces: bool,
) -> None:
    """Have the cells run in a child (the first process of a namespace, if any) until it ends."""
    try:
        student = system.fork_into_a_new_namespace() if namespaces else os.fork()
    except OSError:  # there is no room for it: the grader hears nothing, and asks again
        return
    if student == 0:
        _student(answers, runner, limits, namespaces)
    answers.close()
    supervise.until_the_end(student, status, limits, namespaces)


def _student(answers: socket.socket, runner: Runner, limits: Limits, namespaces: bool) -> None:
    """Become the process that the student's code runs in: its limits, then its cells."""
    try:
        os.setsid()
        os.dup2(0, 2)  # what the warm parent complains to is a file of the grader's
        os.dup2(answers.fileno(), 3)
        os.closerange(4, 1 << 16)
        answers.detach()
        channel = socket.socket(fileno=3)
        request = wire.receive(channel, MOST)
        home = jail.HOME
        if namespaces:
            jail.private(limits)
        else:
            jail.first_to_go()
            home = request["folder"]
        os.chdir(home)
        os.environ["HOME"] = home
        jail.drop(limits, namespaces)
        wire.send(channel, "started")
        runner.run(request, channel, limits)
    finally:
        os._exit(0)


def _ask(control: socket.socket, question: str) -> None:
    wire.send(control, question)
    wire.receive(control, MOST)


def _become_first_process() -> None:
    """Go on in a child, the first process of the new namespace; when it ends, all in it end."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 127)


def _visible() -> list[str]:
    """Return where the interpreter and what it has imported are, the autograder left out."""
    found = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    for name in list(sys.modules):
        top = sys.modules.get(name.partition(".")[0])
        file: Any = getattr(top, "__file__", None)
        if file and not name.startswith("autograder"):
            path = Path(file)
            found.add(str(path.parent if path.stem == "__init__" else path))
    return sorted(found | {os.path.realpath(path) for path in found})


if __name__ == "__main__":
    main()
