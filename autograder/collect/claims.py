"""What the path of a file says: assignment, student, LMS, which copy. No other file is looked at.

Files come in four ways:

    course.submit()        02_load_balancer__ada.ipynb
    Canvas' download       lovelaceada_LATE_12345_67890_02_load_balancer-1.ipynb
    Moodle's download      Ada Lovelace_4711_assignsubmission_file_/02_load_balancer.ipynb
    a folder a student     ada/02_load_balancer.ipynb, hw-ada/notebooks/02_load_balancer.ipynb

Canvas (lib/content_zipper.rb of canvas-lms, 2023 or later): the letters of the sortable name in
lower case, LATE, the numbers of user and file, the file's name. Moodle (mod/assign of Moodle 4,
2022 or later): full name, a number of the participant that differs between assignments, the plugin;
as a folder (since Moodle 4.1 without the last "_") or, if the user chose so, as the beginning of
the file's name. Where the submissions are anonymous, the full name is "Participant" in the site's
language.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

CANVAS = re.compile(
    r"(?P<name>[^\s!-/:-@[-^`{-~]+?)(?P<late>_LATE)?_(?P<user>\d+|anon_\w+?)_(?P<file>\d+)_(?P<rest>.+)"
)
MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>\d+)_assignsubmission_file(?:_|$)(?P<rest>.*)")
ENDINGS = re.compile(r"(\.(ipynb|zip|json|txt))+$", re.IGNORECASE)  # 02.ipynb.txt: some browsers
COPY = re.compile(  # what browsers, JupyterLab, Windows and macOS add
    r"(?: ?\((?P<browser>\d+)\)"
    r"|[ _-]+copy[ _]?(?P<copy>\d*)"
    r"| [-–] (?:kopie|copie|copia|cópia|kopia|kopi)"
    r"|-checkpoint)$",
    re.IGNORECASE,
)
COPY_OF = re.compile(r"^copy of ", re.IGNORECASE)  # Google Drive
AGAIN = re.compile(r"-(?P<number>\d+)$")  # what Canvas adds when a student hands in again
ASK_FOR_NAME = "rename it to ASSIGNMENT__STUDENT.ipynb"
NAMELESS = (
    f"does not say whose it is: {ASK_FOR_NAME}, "
    "with no other signs in STUDENT than letters, digits, spaces and . @ - _"
)


class Unidentified(Exception):
    """Why it is not clear who handed a file in: what comes after the file's name in a sentence."""


@dataclass(frozen=True)
class Claim:
    """What a file's path says about it, without looking at other files."""

    parts: tuple[str, ...]  # composed characters: ü is one, not u and two dots
    level: int  # the part with the LMS's name; the number of parts if there is none
    called: str = ""  # the student, as the LMS calls them
    lms: str = ""  # "Canvas", "Moodle" or ""
    lms_user: str = ""
    late: bool | None = None  # what Canvas says
    typed: str = ""  # the student, as the student typed it
    inner: tuple[str, ...] = ()  # LMS's names further in, which the student chose
    rest: str = ""  # the file's own name, where an LMS put its own before it
    assignment: str = ""
    order: tuple[int, int] = (0, 0)  # Canvas' number of the file, of the copy: larger is newer

    @property
    def folders(self) -> tuple[tuple[int, str], ...]:
        """The folders and archives above the LMS's name or the file, with their places."""
        return tuple(enumerate(self.parts[: min(self.level, len(self.parts) - 1)]))

    @property
    def place(self) -> str:
        """The path by which a person finds the file."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Person:
    """Who handed a file in."""

    id: str
    named_at: int = 0  # the place of the part that says so
    notes: tuple[str, ...] = ()
    new: bool = False  # not in the class list: the id is made from the file's path


def is_sign(letter: str) -> bool:
    """Return whether a character belongs to a word, in any script: vowel signs do."""
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a name in lower case: the same for all its spellings."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if is_sign(letter) and letter != "_")


def without_accents(text: str) -> str:
    """Return a text without the accents of Latin and Greek letters.

    In other scripts such marks make other letters: й is not и, and だ is not た.
    """
    kept: list[str] = []
    bare = False
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.category(letter)[0] != "M":
            bare = unicodedata.name(letter, "").startswith(("LATIN", "GREEK"))
        elif bare:
            continue
        kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


def claim(parts: Iterable[str], known: Iterable[str]) -> Claim:
    """Return what the parts of a path say about a file. known: the course's assignments."""
    parts, known = tuple(unicodedata.normalize("NFC", part) for part in parts), list(known)
    *above, name = parts
    assignment, typed, copy = _own_name(stem_of(name), known)
    said = Claim(parts, len(parts), typed=typed, assignment=assignment, order=(0, copy))
    named = [(place, _lms(part, is_archive(part))) for place, part in enumerate(above)]
    rest = "" if typed else name
    while match := _lms(rest, True):
        named.append((len(above), match))
        rest = match["rest"]
        assignment, typed, copy = _own_name(stem_of(rest), known)
    (place, match), *inner = [each for each in named if each[1]] or [(0, None)]
    if not match:
        return said
    says = match.groupdict()
    said = replace(
        said,
        level=place,
        called=says["name"],
        lms_user=says["user"],
        inner=tuple(each["name"] for _, each in inner if each),
        rest=says["rest"] if place == len(above) else "",
        typed=typed,
        assignment=assignment,
        order=(0, copy),
    )
    if "late" not in says:
        return replace(said, lms="Moodle")
    number = int(says["file"])
    return replace(said, lms="Canvas", late=bool(says["late"]), order=(number, copy))


def stem_of(name: str) -> str:
    return ENDINGS.sub("", name)


def _lms(part: str, is_file: bool) -> re.Match[str] | None:
    """Return how an LMS named a file, an archive or (Moodle only) a folder, or None."""
    stem = stem_of(part)
    return MOODLE.fullmatch(stem) or (CANVAS.fullmatch(stem) if is_file else None)


def is_archive(part: str) -> bool:
    return part.lower().endswith(".zip")


def _own_name(stem: str, known: list[str]) -> tuple[str, str, int]:
    """Return what the student's own file name says: assignment, student, number of the copy."""
    stem, copy = _without_copy(stem)
    begin, sep, student = stem.partition("__")
    words = student.split(" ")
    typed = all(words) and all(is_sign(letter) or letter in ".@'’- " for letter in student)
    typed = typed and all(is_sign(word[0]) for word in words[1:])
    if sep and typed and (assignment := _assignment_of(begin, known)):
        return assignment, student, copy
    return _assignment_of(stem, known), "", copy


def _without_copy(stem: str) -> tuple[str, int]:
    stem, number = COPY_OF.sub("", stem), 0
    while match := COPY.search(stem):
        stem = stem[: match.start()]
        number = number or int(match["browser"] or match["copy"] or 1)
    return stem, number


def _assignment_of(stem: str, known: list[str]) -> str:
    """Return the assignment that a stem names, also with Canvas' number after it, or ""."""
    wanted = {letters_and_digits(stem), letters_and_digits(AGAIN.sub("", stem))}
    return next((name for name in known if letters_and_digits(name) in wanted), "")
