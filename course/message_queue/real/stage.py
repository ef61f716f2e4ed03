"""A folder and processes for a real run, which are certainly gone afterwards."""

import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from course.engine.component import ComponentError, methods, name_of, sentences, wrong_return
from course.message_queue.messages import Message

LIMIT = 12.0  # s that a run may take
HERE = Path(__file__).parent


def rehearse(queue):
    """Call each method once in this process: a stub or a slip shows before any is started."""
    name = name_of(queue)
    with tempfile.TemporaryDirectory(prefix="queue-") as folder:
        with sentences(f"{name}(path, 30.0)"):
            made = queue(str(Path(folder) / "try.queue"), 30.0)
        methods(made, "publish", "receive", "ack", "__len__")
        call = f"{name}.publish('a.jpg', 0.0)"
        with sentences(call):
            id = made.publish("a.jpg", 0.0)
        if type(id) not in (int, str):
            raise ComponentError(wrong_return(call, id, "an int or a string"))
        call = f"{name}.receive(0.0)"
        with sentences(call):
            message = made.receive(0.0)
        if not isinstance(message, Message):
            raise ComponentError(wrong_return(call, message, "a Message"))
        with sentences(f"{name}.ack({id!r})"):
            made.ack(id)
        with sentences(f"len({name})"):
            len(made)


class Stage:
    """A temporary folder and processes; both go when it is left, or after 1.5 × LIMIT.

    A thread tidies up, because a time limit on the student's code would break that off, too.
    """

    def __init__(self, folder=None):
        self.inside, self.processes, self.over = folder, [], threading.Event()

    def __enter__(self):
        self.kept = tempfile.TemporaryDirectory(prefix="queue-", dir=self.inside)
        self.folder = Path(self.kept.name)
        self.tidier = threading.Thread(target=self._tidy, daemon=True)
        self.tidier.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.tidier.join()

    def start(self, script, *arguments):
        """Return a new Python process that runs a script of this folder."""
        command = [sys.executable, "-P", str(HERE / script), *map(str, arguments)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def kill(self, process):
        """End a process at once (SIGKILL): it cannot tidy up or finish anything."""
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()

    def _tidy(self):
        self.over.wait(1.5 * LIMIT)
        for process in self.processes:
            if process.returncode is None:
                self.kill(process)
        self.kept.cleanup()
