"""The grader's own temporary folders, and an end for those of graders that were killed."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "autograder-"


class Scratch:
    """A new folder, removed by `close`; or, if this process was killed, by a later one.

    As long as this process lives it holds a lock on a file in the folder.
    """

    def __init__(self) -> None:
        _remove_left()
        self.path = tempfile.mkdtemp(prefix=PREFIX)
        unlocked = Path(self.path) / "lock.new"
        self.lock = open(unlocked, "w")  # noqa: SIM115 - as long as the folder
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        unlocked.rename(Path(self.path) / "lock")

    def close(self) -> None:
        """Remove the folder; once more does nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.close()


def _remove_left() -> None:
    """Remove the folders of this user's processes that have ended without doing so."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            with open(path / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except OSError:  # it is in use, or has just been removed
            continue
