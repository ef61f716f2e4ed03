"""One importer for all sandboxes and gradings of the tests in a process (see sandbox/client.py).

To start one and have it import the course takes longer than to grade a notebook. That a sandbox and
`autograder grade` start one of their own, and end it, is asked where it is the question.
"""

import atexit
import socket
from functools import cache

from autograder.grade.sandbox.client import Importer


@cache
def shared_importer() -> Importer:
    """Return the one importer; it ends with this process."""
    importer = Importer()
    atexit.register(importer.close)
    return importer


class Borrowed:
    """In the place of `execute.Importer`: the shared one, which no grading closes."""

    def fork(self) -> socket.socket:
        """Return a channel to a new warm parent."""
        return shared_importer().fork()

    def close(self) -> None:
        """Leave it to the next grading."""
