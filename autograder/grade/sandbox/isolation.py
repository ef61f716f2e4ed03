"""The two ways to hold student code: shut in by namespaces, or by limits alone.

Both have the same methods, called in this order: `shut_in` once in the warm parent; then for each
run `supervised` and `fork` there, `settle` and `give_up` in the run's first process before any
student code, and `end_rest` when that process has ended.
"""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from autograder.grade.sandbox import calls, jail, supervise, system
from autograder.grade.sandbox.limits import Limits


class Isolation(Protocol):
    """What warm.py asks of either."""

    def shut_in(self, map_users: Callable[[], None], secret: list[str]) -> None:
        """Shut the warm parent in; OSError when Linux refuses.

        map_users: has the grader map the users of the new namespace.
        """

    def supervised(self, control: socket.socket, supervise_run: Callable[[], None]) -> None:
        """Call `supervise_run`, which starts a run and returns when it has ended.

        control: the warm parent's channel to the grader.
        """

    def fork(self) -> int:
        """Fork the run's first process; OSError when the machine has no room."""

    def settle(self, limits: Limits, folder: str) -> str:
        """Return the run's home, made ready; `folder` is one that the grader has made."""

    def give_up(self, limits: Limits) -> None:
        """Set the limits that the kernel holds, and give up rights."""

    def end_rest(self) -> None:
        """End what a run has left."""


class Namespaces:
    """The default: a run sees nothing of the machine, and ends with its namespace."""

    def shut_in(self, map_users: Callable[[], None], secret: list[str]) -> None:
        jail.own_namespaces(map_users)
        _become_first_process()
        jail.enter(_visible(), secret)
        if not calls.is_possible():
            raise OSError("this kernel has no seccomp filters")
        if not system.can_fork_into_a_new_namespace():
            raise OSError("setns is refused")

    def supervised(self, control: socket.socket, supervise_run: Callable[[], None]) -> None:
        supervise_run()

    def fork(self) -> int:
        return system.fork_into_a_new_namespace()

    def settle(self, limits: Limits, folder: str) -> str:
        jail.private(limits)
        return jail.HOME

    def give_up(self, limits: Limits) -> None:
        jail.limit(limits)
        jail.drop(limits)

    def end_rest(self) -> None:
        """Do nothing: the kernel ended all when the namespace's first process did."""


class LimitsOnly:
    """`--isolation process`, where Linux has no namespaces: time, memory, output, and an end.

    Student code runs as the grader's user and can do what that user can. A run may kill its
    parent, so that is a process of its own and not the warm parent.
    """

    def shut_in(self, map_users: Callable[[], None], secret: list[str]) -> None:
        system.adopt_orphans()  # also of a supervisor that was killed
        os.chdir("/")

    def supervised(self, control: socket.socket, supervise_run: Callable[[], None]) -> None:
        if os.fork() == 0:
            try:
                control.close()
                system.adopt_orphans()
                supervise_run()
            finally:
                os._exit(0)

    def fork(self) -> int:
        return os.fork()

    def settle(self, limits: Limits, folder: str) -> str:
        jail.first_to_go()
        return folder

    def give_up(self, limits: Limits) -> None:
        jail.limit(limits)

    def end_rest(self) -> None:
        supervise.end_all_below()


ISOLATIONS: dict[str, type[Isolation]] = {"namespaces": Namespaces, "process": LimitsOnly}
"""By the names of `autograder grade --isolation` and of records."""


def _become_first_process() -> None:
    """Go on in a child, the first process of the new namespace; when it ends, all in it end."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 127)


def _visible() -> list[str]:
    """Return where the interpreter and what it has imported are, without the autograder."""
    found = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    for name in list(sys.modules):
        top = sys.modules.get(name.partition(".")[0])
        file: Any = getattr(top, "__file__", None)
        if file and not name.startswith("autograder"):
            path = Path(file)
            found.add(str(path.parent if path.stem == "__init__" else path))
    return sorted(found | {os.path.realpath(path) for path in found})
