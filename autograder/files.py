"""Atomic file writes, bounded reads of untrusted files, and untrusted text made printable."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

ABOVE = Path(__file__).resolve().parents[1]
"""The folder that `autograder` is imported from: a checkout's, or an environment's."""
LENGTH = 400  # characters of one sentence
PARTS = 2_000_000  # lists and dictionaries in a notebook's file: at most 300 MiB of memory
FILE_BYTES = 2 << 20  # of one file that comes with a notebook
FILES_BYTES = 8 << 20  # of all of them
FILES = 100
FILE_NAME = 200  # bytes of its name with its folders
NOTES = 24  # of one submission; what is beyond is counted


def write_atomic(
    path: Path, data: str | bytes, mode: int | None = None, sync: bool = False
) -> None:
    """Write all of the data (text as UTF-8) or nothing; OSError if it cannot be written.

    mode: the file's permissions (default: those of any new file). sync: on disk on return.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    partial = path.parent / f".{path.name}.{os.getpid()}"
    try:
        with open(partial, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        if mode is not None:
            partial.chmod(mode)
        partial.replace(path)
    finally:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            partial.unlink(missing_ok=True)


class Refused(Exception):
    """Something handed in that is not used: `str()` says why, and what to do about it."""


def read_untrusted(path: Path, most: int) -> bytes:
    """Return the bytes of a file that a student may have made, at most `most` of them.

    Raises Refused for a link, a pipe, a device, a folder, a file that is larger or cannot be read.
    A link as the last part of the path is not followed, and a pipe is not waited for.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        link = os.path.islink(path)  # Path.is_symlink raises where a folder may not be searched
        raise Refused("a symbolic link" if link else f"{error.strerror}") from error
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise Refused("not a plain file")
        if about.st_size > most:
            raise Refused(f"{about.st_size:,} bytes, more than {most:,}")
        with open(handle, "rb", closefd=False) as file:
            return file.read(most)
    except OSError as error:
        raise Refused(f"{error.strerror}") from error
    finally:
        os.close(handle)


def parts_of(data: bytes) -> int:
    """Return how many lists and dictionaries JSON has at most: each takes 80 bytes or more."""
    return data.count(b"{") + data.count(b"[")


def reason(error: OSError, place: Path | str) -> str:
    """Return what went wrong and with which file: the error's own, or else `place`."""
    return f"{error.strerror or error} ({error.filename or place})"


def printable(text: str, most: int = LENGTH) -> str:
    """Return a text on one line, at most `most` characters, all of them printable.

    For a text that a student may have chosen: line ends, terminal colours, direction marks and
    surrogates are escaped as in a Python literal.
    """
    if len(text) > most:
        text = f"{text[: most - 2]} …"
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
    return shown if len(shown) <= most else f"{shown[: most - 2]} …"


def printable_notes(notes: Iterable[str]) -> list[str]:
    """Return the first NOTES different notes as printable lines, and how many more there are."""
    different = list(dict.fromkeys(printable(note) for note in notes))
    if len(different) <= NOTES:
        return different
    return [*different[:NOTES], f"and {len(different) - NOTES} more notes like these"]
