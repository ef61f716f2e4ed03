"""Processes that are certainly gone afterwards, and a folder for their files.

    with Stage() as stage:
        server = stage.start("web-1", web_server, workers=2)
        port = stage.ready(server)[0]["port"]

A stage ends when its `with` block does, whatever happens there. If the kernel is killed, each
process sees its input end and exits, and the warden (warden.py), a process of its own that runs
none of the student's code, kills what is left and removes the folder. There is one stage at a time:
a second one ends the first.
"""

import base64
import io
import json
import queue
import re
import secrets
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any, ClassVar, Optional

import cloudpickle

from course.engine.component import ComponentError, sentences
from course.real.child import cached_again

LIFETIME = 60.0  # s that a stage lasts at most
PROCESSES = 16  # that a stage has at a time, at most
PATIENCE = 10.0  # s in which a process must say that it is ready
OWN_ROOMS = (
    "course.engine",
    "course.real",
    "course.site",
    "course.view",
)  # light enough to import in a process
START = "import sys; sys.path[:] = sys.argv[1:]; from course.real.child import begin; begin()"
FORKS = sys.platform == "linux"  # elsewhere each process imports all it needs itself
WARDEN = Path(__file__).with_name("warden.py")
APART: dict = {"start_new_session": True}  # neither an interrupt of the kernel is for them ...
if sys.platform == "win32":  # ... nor the end of its group
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


class StageOver(ComponentError):
    """The stage was closed while something waited for its processes, such as by a second stage."""

    def __init__(self):
        super().__init__("This measurement was ended, as another one began.")


class Process:
    """A process of a stage. name: what it is called. killed: whether the stage has killed it."""

    def __init__(self, name, popen):
        self.name, self.popen, self.killed = name, popen, False

    @property
    def pid(self):
        """The number that the operating system gave it."""
        return self.popen.pid

    @property
    def alive(self):
        """Whether it is still running."""
        return self.popen.poll() is None

    def send(self, **message):
        """Send a message, which JSON can hold; the process gets it from `Link.hear`."""
        with suppress(OSError):  # it is dead: `Stage.next` will say so
            self.popen.stdin.write(json.dumps(message).encode() + b"\n")
            self.popen.stdin.flush()


class Stage:
    """The processes of one measurement. folder: a Path; token: what each request must carry.

    seconds: after which the warden ends everything, even if the notebook has forgotten it.
    processes: that it may have at a time.
    """

    current: ClassVar[Optional["Stage"]] = None  # the one that there may be
    turn = threading.Lock()

    def __init__(self, seconds=LIFETIME, processes=PROCESSES):
        self.seconds, self.token, self.most = seconds, secrets.token_hex(16), processes
        self.processes, self.inbox = [], queue.SimpleQueue()
        self.lock, self.over = threading.RLock(), False
        self.warden: Any = None
        self.helper: int | None = None

    def __enter__(self):
        with Stage.turn:
            if Stage.current:
                Stage.current.close()
            forker = _forker()  # if there is one, it imports meanwhile
            command = [sys.executable, "-I", "-S", str(WARDEN), str(self.seconds)]
            pipe = subprocess.PIPE
            self.warden = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, **APART)
            said = self.warden.stdout.readline().rstrip("\n")
            if not said:
                raise OSError("No folder for a real run could be made: is the disk full?")
            self.folder = Path(said)
            if forker:
                self.helper = forker.popen.pid  # while it imports, it cannot see that a kernel dies
                self._tell_the_warden("+", self.helper)
            Stage.current = self
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End all processes and remove the folder; whoever waits for a message gets StageOver."""
        with self.lock:
            if self.over:
                return
            self.over = True
            for process in self.processes:
                self.kill(process)
            if self.helper:
                self._tell_the_warden("-", self.helper)  # it stays, for the next stage
            with suppress(OSError):
                self.warden.stdin.close()
            self.warden.wait()
            self.warden.stdout.close()
            if Stage.current is self:
                Stage.current = None
            self.inbox.put(None)

    def start(self, name, run, *arguments, **keywords):
        """Return a new Process that runs the coroutine function `run(link, …)`; it has a Link.

        Everything is sent by cloudpickle, a lab's functions and classes by value: a process that
        imported the lab would spend most of a second on its pictures. ComponentError if something
        of the student's cannot be sent.
        """
        with sentences(f"Sending {name} to a process"), labs_by_value():
            pickled = base64.b64encode(_pickled((run, arguments, keywords))).decode()
        task = {"name": name, "path": sys.path, "token": self.token, "folder": str(self.folder)}
        task["seconds"] = self.seconds
        forker = _forker()
        process = self._start(name, forker.fork if forker else _started_anew)
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        process.send(**task, run=pickled)
        return process

    def start_program(self, name, command):
        """Return a new Process that runs another program, such as nginx, in the foreground."""
        return self._start(name, lambda: _popen(command, subprocess.DEVNULL, self.folder))

    def _start(self, name, started):
        with self.lock:
            if self.over:
                raise StageOver
            if sum(not process.killed for process in self.processes) >= self.most:
                raise ValueError(f"{name}: this stage has at most {self.most} processes")
            popen = started()
            self._tell_the_warden("+", popen.pid)
            process = Process(name, popen)
            self.processes.append(process)
            return process

    def kill(self, process):
        """End a process at once (SIGKILL): it cannot tidy up or finish anything."""
        with self.lock:
            if process.killed:
                return
            process.killed = True
            process.popen.kill()
            self._tell_the_warden("-", process.pid)  # its number is free only after `wait`
            process.popen.wait()
            if process.popen.stdin:
                with suppress(OSError):
                    process.popen.stdin.close()

    def _tell_the_warden(self, sign, pid):
        with suppress(OSError):  # its time is up: it has killed everything
            self.warden.stdin.write(f"{sign} {pid}\n")
            self.warden.stdin.flush()

    def next(self, timeout):
        """Return the next (process, message), or None if there is none within `timeout` s.

        ComponentError, in one sentence, if a process says what the student's code did wrong, or if
        one has ended by itself. StageOver if the stage was closed.
        """
        try:
            came = self.inbox.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None
        if came is None:
            self.inbox.put(None)
            raise StageOver
        process, message = came
        if message is None:
            if process.killed:
                return self.next(0.0)
            raise ComponentError(f"The process {process.name} ended by itself.")
        if "error" in message:
            raise ComponentError(message["error"])
        return process, message

    def ready(self, *processes):
        """Return the first message of each of these processes, in their order."""
        until, came = time.monotonic() + PATIENCE, {}
        while len(came) < len(processes):
            heard = self.next(until - time.monotonic())
            if heard is None:
                late = next(each.name for each in processes if each not in came)
                raise ComponentError(f"The process {late} was not ready within {PATIENCE:g} s.")
            if heard[0] in processes:
                came.setdefault(*heard)
        return [came[process] for process in processes]

    def _listen(self, process):
        """Put what a process says into the inbox, and None at its end."""
        with process.popen.stdout as lines:
            for line in lines:
                self.inbox.put((process, json.loads(line)))
        self.inbox.put((process, None))


def _popen(command, end, folder=None):
    """Start a program with these ends of its input and output."""
    ends = {"stdin": end, "stdout": end, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, **ends, **APART)


def _started_anew():
    return _popen([sys.executable, "-P", "-c", START, *sys.path], subprocess.PIPE)


def _forker():
    """Return the process that forks all others; None where a fork is not safe."""
    if FORKS and sys.platform == "linux":
        from course.real.forker import Forker  # which no other system can import

        return Forker.running()
    return None


class _Pickler(cloudpickle.Pickler):
    """Sends functions with a cache by value as well: pickle itself only tells where they stand."""

    def reducer_override(self, obj):
        if isinstance(obj, _lru_cache_wrapper) and _is_of_a_lab(obj.__module__):
            return cached_again, (obj.__wrapped__, obj.cache_parameters())
        return super().reducer_override(obj)


def _pickled(what):
    with io.BytesIO() as file:
        _Pickler(file).dump(what)
        return file.getvalue()


def _is_of_a_lab(module):
    """Return whether it is a module of a lab, or a notebook."""
    ours = module.startswith("course.") and not module.startswith(OWN_ROOMS)
    return ours or module == "__main__"


@contextmanager
def labs_by_value():
    """Let cloudpickle send what the labs define, and not only where it stands."""
    known = cloudpickle.list_registry_pickle_by_value()
    labs = [
        module
        for name, module in list(sys.modules.items())
        if re.fullmatch(r"course\.\w+", name) and hasattr(module, "__path__")
        if name not in OWN_ROOMS and name not in known
    ]
    for lab in labs:
        cloudpickle.register_pickle_by_value(lab)
    try:
        yield
    finally:
        for lab in labs:
            cloudpickle.unregister_pickle_by_value(lab)
