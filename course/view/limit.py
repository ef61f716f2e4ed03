"""A limit on the time that a student's code may take, in any thread and on any system."""

import ctypes
import threading
from contextlib import contextmanager


class TimeLimitReached(BaseException):
    """Raised inside code that ran longer than `time_limit` allows.

    A BaseException, so that a student's `except Exception` does not swallow it.
    """


@contextmanager
def time_limit(seconds):
    """Raise TimeLimitReached in this thread when the body is still running after `seconds`.

    It is raised again every 20 ms until the body ends, in case the body swallows it. Python code
    only: one long call into C is interrupted when it returns.
    """
    thread = ctypes.c_ulong(threading.get_ident())
    ended, lock = threading.Event(), threading.Lock()

    def watch():
        pause = seconds
        while not ended.wait(pause):
            with lock:
                if not ended.is_set():
                    _raise_in(thread, TimeLimitReached)
            pause = 0.02

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        with lock:
            ended.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)  # none may come later
        watcher.join()


def _raise_in(thread, error):
    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(error))
