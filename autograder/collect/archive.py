"""The files of a folder or of a zip archive, and of archives inside, without trusting any of them.

Nothing is written, no link is followed, and the limits hold for the bytes that really come out,
whatever an archive says about itself.
"""

import lzma
import os
import re
import stat
import struct
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO
from zlib import error as ZlibError

from autograder.errors import CourseError

MEGABYTE = 1_000_000
LARGEST_FILE = 50 * MEGABYTE
LARGEST_ARCHIVE = (4_000 * MEGABYTE, 200 * MEGABYTE)  # what comes out of a download, a student's
MOST_FILES = 50_000
RATIO = 200  # unpacked to packed, from 20 MB on: text packs to a tenth, a bomb to a thousandth
DEEPEST = 2  # an archive in the download's archive is a student's, one inside that is refused
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
LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Found:
    """One file: its bytes, or the problem that kept it from being read."""

    parts: tuple[str, ...]  # folders, archives and the file's name
    modified: float = 0.0  # seconds since 1970, as the file or archive says
    data: bytes = b""
    problem: str = ""

    @property
    def place(self) -> str:
        """The path by which a person finds the file."""
        return "/".join(self.parts)


def files_in(path: Path, only: str = "") -> Iterator[Found]:
    """Yield every file of a folder or a zip archive, or the single file at `path`.

    CourseError if there is nothing at `path`, or it may not be read.

    only: read no files but those with this ending, such as ".ipynb"; the others come without data.
    """
    path = Path(path)
    try:
        if path.is_dir():
            os.scandir(path).close()  # may it be read?
            return _walk(path, (), only)
        if path.is_file():
            return _one(path.resolve(), (path.name,), only)
    except OSError as error:
        raise CourseError(
            f"{path}: cannot be read ({error.strerror}): "
            "copy the students' files into a folder of your own and give that."
        ) from error
    raise CourseError(f"{path}: no such folder or file: give the folder with the students' files.")


def _walk(folder: Path, above: tuple[str, ...], only: str) -> Iterator[Found]:
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
            yield from _walk(Path(entry.path), parts, only)
        elif entry.is_file(follow_symlinks=False):
            yield from _one(Path(entry.path), parts, only)
        else:
            yield Found(parts, problem="is not an ordinary file")


def _one(path: Path, parts: tuple[str, ...], only: str) -> Iterator[Found]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if path.suffix.lower() == ".zip":
                yield from _archive(file, parts, about.st_size, 1, only)
            elif not path.name.lower().endswith(only):
                yield Found(parts, about.st_mtime)
            elif about.st_size > LARGEST_FILE:
                yield Found(parts, about.st_mtime, problem=_too_large(about.st_size))
            else:
                yield Found(parts, about.st_mtime, file.read())
    except OSError as error:
        yield Found(parts, problem=f"cannot be read ({error.strerror})")


def _archive(
    file: IO[bytes], parts: tuple[str, ...], size: int, depth: int, only: str
) -> Iterator[Found]:
    """Yield the members of an archive, or one Found with the problem of all of it."""
    if depth > DEEPEST:
        yield Found(parts, problem="is an archive inside an archive inside an archive: unpack it")
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            problem = _dangerous(members, size, LARGEST_ARCHIVE[depth - 1])
            if problem:
                yield Found(parts, problem=problem)
                return
            for member in members:
                yield from _member(archive, member, parts, depth, only)
    except DAMAGED as error:
        yield Found(parts, problem=f"is not a zip archive that can be opened ({error})")


def _dangerous(members: list[zipfile.ZipInfo], size: int, largest: int) -> str:
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", member.filename):
            return f"is refused as a whole: {member.filename!r} in it points outside"
    total = sum(member.file_size for member in members)
    if total > largest or len(members) > MOST_FILES:
        return f"is refused as a whole: {len(members)} files, {total / MEGABYTE:,.0f} MB unpacked"
    if total > max(20 * MEGABYTE, RATIO * size):
        return f"is refused as a whole: {size} bytes that unpack to {total / MEGABYTE:,.0f} MB"
    return ""


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, above: tuple[str, ...], depth: int, only: str
) -> Iterator[Found]:
    parts = (*above, *PurePosixPath(member.filename.replace("\\", "/")).parts)
    found = Found(parts, _time(member))
    if stat.S_ISLNK(member.external_attr >> 16):
        yield replace(found, problem="is a link, and links are not followed")
    elif member.flag_bits & 1:
        yield replace(found, problem="is encrypted: ask for it without a password")
    elif parts[-1].lower().endswith((".zip", only)):
        try:
            with archive.open(member) as file:
                data = file.read(LARGEST_FILE + 1)  # it may be more than the archive says
                if len(data) > LARGEST_FILE:
                    yield replace(found, problem=_too_large(max(member.file_size, len(data))))
                elif parts[-1].lower().endswith(".zip"):
                    file.seek(0)
                    yield from _archive(file, parts, len(data), depth + 1, only)
                else:
                    yield replace(found, data=data)
        except DAMAGED as error:
            yield replace(found, problem=f"is damaged ({error}): ask for it again")
    else:
        yield found


def _time(member: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return 0.0


def _too_large(size: int) -> str:
    return f"is {size / MEGABYTE:,.0f} MB, more than {LARGEST_FILE // MEGABYTE} MB: ask for it anew"
