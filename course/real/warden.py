"""Ends what a notebook leaves behind. Run as a script, with the seconds it waits at most.

It makes the folder of a Stage and writes its path to its output. On its input come lines: "+ 4711"
for a process that was started, "- 4711" for one that has ended. When the input ends, because the
stage was closed or because the notebook's kernel is dead, or when the time is up, it kills all
processes that are left, removes the folder and ends. It runs none of the student's code.
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one way to end a process


def main(seconds):
    folder, running = tempfile.mkdtemp(prefix="course-real-"), set()
    limit = threading.Timer(seconds, end, (running, folder))
    limit.daemon = True
    limit.start()
    print(folder, flush=True)
    for line in sys.stdin:
        sign, process = line.split()
        (running.add if sign == "+" else running.discard)(int(process))
    end(running, folder)


def end(running, folder):
    """Kill the processes, remove the folder and exit."""
    for process in list(running):
        with suppress(OSError):
            os.kill(process, KILL)
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
        time.sleep(0.05)  # Windows keeps a file until its last process is gone
    os._exit(0)


if __name__ == "__main__":
    main(float(sys.argv[1]))
