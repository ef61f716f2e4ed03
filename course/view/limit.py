"""A limit on the time that a student's code may take, in any thread, on any operating system.

Also where no thread can be started, as in a browser (JupyterLite): there each line looks at the
clock, which costs more time, and a bare `except:` in the student's code may swallow the end.
"""

import ctypes
import sys
import sysconfig
import threading
import time
from pathlib import Path

from course.engine.threads import can_start_threads

NOT_THEIRS = (str(Path(__file__).resolve().parents[1]),)  # this package, and what is installed
NOT_THEIRS += tuple(map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")))


class TimeLimitReached(BaseException):
    """Raised inside code that ran longer than `time_limit` allows.

    A BaseException, so that a student's `except Exception` does not swallow it.
    """


class time_limit:
    """Context manager: raise TimeLimitReached in this thread if the body runs for `seconds`.

    It interrupts Python code; a long call into C is interrupted when it returns. Since a bare
    `except:` would swallow the exception, the next line run inside the body raises it again, and
    another one comes every 20 ms.
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self.ended, self.lock = threading.Event(), threading.Lock()

    def __enter__(self):
        self.thread = ctypes.c_ulong(threading.get_ident())
        self.tracer = sys.gettrace()
        self.error = _error_that_comes_again(sys._getframe(1))
        if can_start_threads():
            threading.Thread(target=self._watch, daemon=True).start()
        else:
            self.until = time.monotonic() + self.seconds
            sys.settrace(self._look_at_the_clock)

    def __exit__(self, *error):
        try:
            self._end()
        except TimeLimitReached:  # it came at the last moment, after the end of the body
            self._end()
        finally:
            sys.settrace(self.tracer)

    def _look_at_the_clock(self, frame, event, argument):
        """Trace function: at each call and line of what is neither the course nor installed."""
        if frame.f_code.co_filename.startswith(NOT_THEIRS):
            return None
        if time.monotonic() > self.until:
            raise self.error
        return self._look_at_the_clock

    def _end(self):
        with self.lock:
            self.ended.set()

    def _watch(self):
        pause = self.seconds
        while not self.ended.wait(pause):
            with self.lock:
                if not self.ended.is_set():
                    # It is never withdrawn with NULL: from then on CPython 3.11 would check for it
                    # all the time, run slowly, and hang under a profiler.
                    error = ctypes.py_object(self.error)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(self.thread, error)
            pause = 0.02


def _error_that_comes_again(outside):
    """Return an exception class; once raised, the next line inside `outside` raises it again."""

    class Reached(TimeLimitReached):
        def __init__(self):
            sys.settrace(raise_again)
            frame = sys._getframe(1)
            while frame is not None and frame is not outside:
                frame.f_trace = raise_again
                frame = frame.f_back

    def raise_again(frame, event, argument):
        if frame.f_code.co_filename == __file__:
            return None
        if event == "line":
            raise Reached
        return raise_again

    return Reached
