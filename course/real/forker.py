"""A process that has imported what a Stage's processes need: a fork of it is there at once.

A process that imports the HTTP library itself takes half a second of a processor's time to do so, a
fork of the forker a few milliseconds. The notebook's kernel has one forker, which runs nothing of
the student's and ends when the kernel does. This module can be imported on Linux only: on macOS a
fork may crash in a system library, Windows has none; there each process is started anew.

Not `multiprocessing`'s forkserver: it listens at a file, and its folder (/tmp/pymp-…) stays behind
when a kernel is killed (CPython 3.11.7).
"""

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import ClassVar, Optional

assert sys.platform == "linux"

START = "import sys; sys.path[:] = sys.argv[1:]; from course.real.forker import main; main()"


class Forked:
    """A fork, with what a Stage needs of a subprocess.Popen. pid; stdin, stdout: binary files."""

    def __init__(self, forker, pid, stdin, stdout):
        self.forker, self.pid, self.stdin, self.stdout = forker, pid, stdin, stdout

    def poll(self):
        """Return None while it runs, else a number."""
        return self.forker.ask("poll", self.pid)

    def kill(self):
        """Send SIGKILL. Its number is free only after `wait`."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        """Return when it has ended."""
        self.forker.ask("wait", self.pid)


class Forker:
    """The kernel's side: `Forker.running().fork()` returns a Forked that runs `child.main`."""

    current: ClassVar[Optional["Forker"]] = None
    turn = threading.Lock()

    @classmethod
    def running(cls):
        """Return the forker, which is started if there is none."""
        with cls.turn:
            if cls.current and cls.current.popen.poll() is not None:
                cls.current.line.close()
                cls.current = None
            cls.current = cls.current or cls()
            return cls.current

    def __init__(self):
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.popen = subprocess.Popen(
            [sys.executable, "-P", "-c", START, *sys.path],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self.lock = threading.Lock()

    def fork(self):
        """Return a new Forked, which waits for its task. OSError if the forker is gone."""
        theirs_in, stdin = os.pipe()
        stdout, theirs_out = os.pipe()
        try:
            pid = self.ask("fork", files=[theirs_in, theirs_out])
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        if not pid:
            os.close(stdin)
            os.close(stdout)
            raise OSError("the process that starts all others has ended")
        return Forked(self, pid, os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb"))

    def ask(self, *words, files=()):
        """Return the forker's answer; 0 if it is gone."""
        with self.lock, suppress(OSError):
            socket.send_fds(self.line, [json.dumps(words).encode()], files)
            return json.loads(self.line.recv(100) or b"0")
        return 0


def main():
    """Import, and fork whenever the kernel asks, until its line is closed."""
    from course.real import child

    for each in ("clock", "generator", "proxy"):
        importlib.import_module(f"course.real.{each}")
    line = socket.socket(fileno=0)
    gc.collect()
    gc.freeze()  # so that forks do not copy what they only look at
    while True:
        request, files, _, _ = socket.recv_fds(line, 100, 2)
        if not request:
            os._exit(0)
        what, *of = json.loads(request)
        if what == "fork":
            answer = os.fork()
            if not answer:
                os.setsid()
                os.dup2(files[0], 0)
                os.dup2(files[1], 1)
                os.closerange(3, 1 + max(files))
                sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
                child.begin()
            for file in files:
                os.close(file)
        else:
            answer = _ended(of[0], os.WNOHANG if what == "poll" else 0)
        line.send(json.dumps(answer).encode())


def _ended(pid, options):
    """Return None while a fork runs, else a number; once it has ended, its own number is free."""
    try:
        ended, status = os.waitpid(pid, options)
    except ChildProcessError:
        return 0
    return status if ended else None
