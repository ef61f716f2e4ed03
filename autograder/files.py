"""Files that are written whole or not at all, and what to say when they cannot be."""

import contextlib
import errno
import os
from pathlib import Path


def write_whole(path: Path, data: str | bytes, mode: int | None = None, sync: bool = False) -> None:
    """Write all of the data (text as UTF-8) or nothing, leaving no other file; OSError if not.

    `mode`: the file's rights (default: as any new file's). `sync`: on disk when this returns.
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


def reason(error: OSError, place: Path | str) -> str:
    """Return what went wrong and with which file, `place` where the error names none."""
    return f"{error.strerror or error} ({error.filename or place})"
