"""The files of a folder or of a zip archive, and of archives inside, without trusting any of them.

Nothing is written, no link is followed, and the limits hold for the bytes that really come out,
whatever an archive says about itself. What is dangerous or too large is left out by itself, with
its reason: one student's file never keeps the others' from being read.
"""

import io
import lzma
import os
import re
import stat
import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO
from zlib import error as ZlibError

from autograder.errors import CourseError
from autograder.files import FILE_BYTES

MEGABYTE = 1_000_000
LARGEST_FILE = 50 * MEGABYTE  # a notebook, or a student's archive
LARGEST_ARCHIVE = (4_000 * MEGABYTE, 200 * MEGABYTE)  # what comes out of a download, a student's
MOST_FILES = 50_000  # that are read out of one archive
RATIO = 200  # unpacked to packed, from 20 MB on: text packs to a tenth, a bomb to a thousandth
DEEPEST = 2  # an archive in the download's archive is a student's, one inside that is refused
FOLDERS_DEEP = 50  # and a name of 255 bytes: what file systems allow, and reading them takes time
IN_UTF8 = 0x800  # a zip member's flag
DAMAGED = (  # raised when an archive is cut short, malformed, or of an unsupported kind
    zipfile.BadZipFile,
    ZlibError,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # also NotImplementedError
)


@dataclass(frozen=True)
class Found:
    """One file: its bytes, or the problem that kept it from being read."""

    parts: tuple[str, ...]  # folders, archives and the file's name
    modified: float = 0.0  # seconds since 1970, as the file or archive says
    data: bytes | None = None  # None: not read, as it is neither a notebook nor small
    problem: str = ""

    @property
    def place(self) -> str:
        """The path by which a person finds the file."""
        return "/".join(self.parts)


@dataclass
class _Room:
    """What may still be read out of an archive."""

    bytes: int
    outer: "_Room | None" = None  # of the archive around it
    files: int = MOST_FILES

    def took(self, size: int) -> None:
        """Count so many bytes that were read."""
        self.bytes -= size
        if self.outer:
            self.outer.took(size)


def files_in(path: Path) -> Iterator[Found]:
    """Yield every file of a folder or a zip archive, or the single file at `path`.

    CourseError if there is nothing at `path`, or it may not be read. Files larger than
    FILE_BYTES come without data, unless they are notebooks by their names.
    """
    path = Path(path)
    try:
        if path.is_dir():
            os.scandir(path).close()  # may it be read?
            return _walk(path, ())
        if path.is_file():
            return _one(path.resolve(), (path.name,))
    except OSError as error:
        raise CourseError(
            f"{path}: cannot be read ({error.strerror}): "
            "copy the students' files into a folder of your own and give that."
        ) from error
    raise CourseError(f"{path}: no such folder or file: give the folder with the students' files.")


def _largest(name: str) -> int:
    """Return how many bytes of a file of this name are read at most."""
    may_be_notebook = ".ipynb" in name.lower() or _is_archive(name)
    return LARGEST_FILE if may_be_notebook else FILE_BYTES


def _is_archive(name: str) -> bool:
    return name.lower().endswith(".zip")


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Found((*above, ""), problem=f"the folder cannot be read ({error.strerror})")
        return
    for entry in entries:
        parts = (*above, entry.name)
        if entry.is_symlink():
            yield Found(parts, problem="is a link, and links are not followed")
        elif entry.is_dir(follow_symlinks=False):
            if len(parts) > FOLDERS_DEEP:
                yield Found(parts, problem=f"is more than {FOLDERS_DEEP} folders deep")
                continue
            yield from _walk(Path(entry.path), parts)
        elif entry.is_file(follow_symlinks=False):
            yield from _one(Path(entry.path), parts)
        else:
            yield Found(parts, problem="is not an ordinary file")


def _one(path: Path, parts: tuple[str, ...]) -> Iterator[Found]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            found = Found(parts, about.st_mtime)
            if _is_archive(path.name):
                yield from _archive(file, parts, 1)
            elif about.st_size > _largest(path.name):
                yield _not_read(found, about.st_size)
            else:
                yield replace(found, data=file.read())
    except OSError as error:
        yield Found(parts, problem=f"cannot be read ({error.strerror})")


def _archive(
    file: IO[bytes], parts: tuple[str, ...], depth: int, outer: _Room | None = None
) -> Iterator[Found]:
    """Yield the members of an archive, or one Found with the problem of all of it."""
    if depth > DEEPEST:
        yield Found(parts, problem="is an archive inside an archive inside an archive: unpack it")
        return
    room = _Room(LARGEST_ARCHIVE[depth - 1], outer)
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                if room.bytes <= 0 or room.files <= 0:
                    yield Found(
                        parts,
                        problem=f"holds more than {MOST_FILES:,} files or "
                        f"{LARGEST_ARCHIVE[depth - 1] / MEGABYTE:,.0f} MB: "
                        "the files after those listed here were not read",
                    )
                    return
                yield from _member(archive, member, parts, depth, room)
    except DAMAGED as error:
        yield Found(parts, problem=f"is not a zip archive that can be opened ({error})")


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    above: tuple[str, ...],
    depth: int,
    room: _Room,
) -> Iterator[Found]:
    name = _name(member)
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", name):
        yield Found((*above, name), problem="is refused: its name points outside of the archive")
        return
    if len(path.parts) > FOLDERS_DEEP or any(len(part.encode()) > 255 for part in path.parts):
        shown = f"{name[:60]} …"
        yield Found((*above, shown), problem="is refused: its name is too long")
        return
    parts = (*above, *path.parts)
    found = Found(parts, _time(member))
    largest = _largest(path.name)
    if stat.S_ISLNK(member.external_attr >> 16):
        yield replace(found, problem="is a link, and links are not followed")
    elif member.file_size > largest:
        yield _not_read(found, member.file_size)
    elif member.flag_bits & 1:
        yield replace(found, problem="is encrypted: ask for it without a password")
    elif member.file_size > max(20 * MEGABYTE, RATIO * member.compress_size):
        unpacked = f"{member.file_size / MEGABYTE:,.0f} MB"
        yield replace(
            found, problem=f"is refused: {member.compress_size} bytes that unpack to {unpacked}"
        )
    else:
        room.files -= 1
        try:
            with archive.open(member) as file:
                data = file.read(largest + 1)  # it may be more than the archive says
        except DAMAGED as error:
            yield replace(found, problem=f"is damaged ({error}): ask for it again")
            return
        room.took(len(data))
        if len(data) > largest:
            yield _not_read(found, len(data))
        elif _is_archive(path.name):
            # in memory: going back in a packed file would unpack it from its beginning each time
            yield from _archive(io.BytesIO(data), parts, depth + 1, room)
        else:
            yield replace(found, data=data)


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name, with "/" between folders.

    `zip` on Linux and macOS writes UTF-8 and often does not say so, and zipfile then takes it for
    the code page of DOS.
    """
    name = member.filename
    if not member.flag_bits & IN_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _time(member: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return 0.0


def _not_read(found: Found, size: int) -> Found:
    """Return a file that is larger than what is read of one of its name."""
    largest = _largest(found.parts[-1])
    if largest < LARGEST_FILE:
        return found
    said = f"is {size / MEGABYTE:,.0f} MB, more than {largest // MEGABYTE} MB: ask for it again"
    return replace(found, problem=said)
