"""The zygote: an interpreter that imports once; the warm parents of all sandboxes are its forks.

There is one while this process has sandboxes. No student code runs in it,
and it knows nothing secret.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.files import ABOVE
from autograder.grade.sandbox import wire

_lock = threading.Lock()
_users = 0
_zygote: "Zygote | None" = None


@contextmanager
def prepared(modules: Sequence[str]) -> Iterator[None]:
    """Have it import what most runs need, before the first sandbox is asked for."""
    global _users
    with _lock:
        _users += 1
        with suppress(OSError):  # who asks for a sandbox is told
            _started(modules)
    try:
        yield
    finally:
        release()


def fork(modules: Sequence[str]) -> tuple[socket.socket, Path]:
    """Return a channel to a new warm parent that has these modules, and the file it complains to.

    Each call wants a call of `release` when the warm parent is done with. Raises OSError, and then
    wants none.
    """
    global _users
    with _lock:
        _users += 1
        try:
            one = _started()
            return one.fork(modules), one.complaints
        except BaseException:
            _release()
            raise


def release() -> None:
    """Have one user less; the last one takes the zygote along."""
    with _lock:
        _release()


def _release() -> None:
    global _users, _zygote
    _users -= 1
    if _users == 0 and _zygote is not None:
        _zygote.close()
        _zygote = None


def _started(modules: Sequence[str] = ()) -> "Zygote":
    """Return the zygote, a new one if there is none or it has died."""
    global _zygote
    if _zygote is not None and _zygote.process.poll() is not None:
        _zygote.close()
        _zygote = None
    _zygote = _zygote or Zygote(modules)
    return _zygote


class Zygote:
    """The process, with a clean environment; see warm.py for what it does."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self.scratch = tempfile.mkdtemp(prefix="autograder-")
        self.complaints = Path(self.scratch) / "stderr"
        _copy_font_list(self.scratch)
        try:
            self._start(modules)
        except BaseException:
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise

    def _start(self, modules: Sequence[str]) -> None:
        self.control, theirs = socket.socketpair()
        with open(self.complaints, "wb") as complaints, theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "autograder.grade.sandbox.warm",
                    str(theirs.fileno()),
                    *modules,
                ],
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=_environment(self.scratch),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                start_new_session=True,
            )

    def fork(self, modules: Sequence[str]) -> socket.socket:
        """Return a channel to a new warm parent; OSError when the zygote is gone."""
        ours, theirs = socket.socketpair()
        with theirs:
            wire.send(self.control, list(modules))
            socket.send_fds(self.control, [b"f"], [theirs.fileno()])
        return ours

    def close(self) -> None:
        """End it, also while it imports."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _environment(scratch: str) -> dict[str, str]:
    """Return all that student code can find in its environment."""
    paths = [str(ABOVE), os.environ.get("PYTHONPATH", "")]
    libraries = os.environ.get("LD_LIBRARY_PATH")  # some interpreters do not start without
    return ({"LD_LIBRARY_PATH": libraries} if libraries else {}) | {
        "PATH": str(Path(sys.executable).parent),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONHASHSEED": "random",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": scratch,
        "MPLCONFIGDIR": scratch,
        "IPYTHONDIR": scratch,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NBGRADER_EXECUTION": "autograde",
    }


def _copy_font_list(folder: str) -> None:
    """Copy what matplotlib knows of this machine's fonts, which it would search again."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    known = Path(os.environ.get("MPLCONFIGDIR") or Path(cache) / "matplotlib")
    for path in known.glob("fontlist-*.json"):
        with suppress(OSError):
            shutil.copyfile(path, Path(folder) / path.name)
