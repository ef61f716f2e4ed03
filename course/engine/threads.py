"""Whether this Python can start threads and processes: in a browser (JupyterLite) it cannot."""

import threading
from functools import cache


class NoProcesses(Exception):
    """A part of the course needs what a browser does not have; str() says what to do."""


@cache
def can_start_threads():
    """Return whether threads can be started."""
    try:
        threading.Thread(target=int).start()
    except RuntimeError:
        return False
    return True


def require_processes():
    """Raise NoProcesses, before anything is started, where there are no threads or processes."""
    if not can_start_threads():
        raise NoProcesses(
            "This part runs real processes, which a browser does not have: open the notebook in "
            "JupyterLab on your computer, or on Binder."
        )
