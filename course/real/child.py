"""What a process of a Stage does: it runs one coroutine, and ends when the notebook does."""

import asyncio
import base64
import json
import os
import queue
import sys
import threading
from contextlib import suppress
from functools import lru_cache

import cloudpickle

from course.engine.component import ComponentError

MEMORY, FILE = 2 << 30, 64 << 20  # bytes, at most
CPU_SECONDS = 60


class Link:
    """A process's line to the notebook: `tell(**message)` sends it something.

    name: of this process. token: what every request must carry. folder: the stage's own, for files.
    """

    def __init__(self, task, output):
        self.name, self.token, self.folder = task["name"], task["token"], task["folder"]
        self.output, self.heard = output, queue.SimpleQueue()

    async def hear(self):
        """Return the next message that the notebook sends by `Process.send`."""
        return await asyncio.to_thread(self.heard.get)

    def tell(self, **message):
        """Send a message, which JSON can hold; the stage hands it on from `Stage.next`."""
        self.output.write(json.dumps(message) + "\n")
        self.output.flush()


def begin():
    """Take the task, the first line of the input, and run it; the process then ends."""
    task = json.loads(sys.stdin.readline())
    sys.path[:] = task["path"]
    os.chdir(task["folder"])
    main(task)


def main(task):
    """Run the coroutine function that the task holds; tell the notebook what went wrong with it."""
    _limit(task["seconds"])
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what the student's code prints
    link = Link(task, output)
    threading.Thread(target=_listen, args=(link,), daemon=True).start()
    try:
        run, arguments, keywords = cloudpickle.loads(base64.b64decode(task["run"]))
        asyncio.run(run(link, *arguments, **keywords))
    except (ComponentError, NotImplementedError) as error:
        link.tell(error=str(error))
    except BaseException as error:
        link.tell(error=f"The process {link.name} failed: {type(error).__name__}: {error}")
    with suppress(OSError):
        output.close()
    os._exit(0)


def cached_again(function, parameters):
    """Return a function with a cache, as functools.lru_cache makes it: sent without its content."""
    return lru_cache(**parameters)(function)


def _limit(seconds):
    """Set limits on memory, files and processor time, as far as the system has them.

    seconds: that the stage lasts; a process of a longer one may use that much of a processor.
    """
    if sys.platform == "win32":
        return
    import resource

    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": FILE, "RLIMIT_CORE": 0}
    processor_time = max(CPU_SECONDS, int(seconds))
    for name, value in (limits | {"RLIMIT_CPU": processor_time}).items():
        with suppress(ValueError, OSError):  # macOS knows some that it does not set
            resource.setrlimit(getattr(resource, name), (value, value))


def _listen(link):
    """Take messages; end this process when its input ends: stage closed, or the kernel dead."""
    for line in sys.stdin:
        link.heard.put(json.loads(line))
    os._exit(0)
