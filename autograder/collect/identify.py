"""Which student and assignment each file of a download belongs to, by its name and its folders.

Files come in four ways:

    course.submit()        02_load_balancer__ada.ipynb
    Canvas' download       lovelaceada_LATE_12345_67890_02_load_balancer-1.ipynb
    Moodle's download      Ada Lovelace_4711_assignsubmission_file_/02_load_balancer.ipynb
    a folder a student     ada/02_load_balancer.ipynb, hw-ada/notebooks/02_load_balancer.ipynb

Canvas (lib/content_zipper.rb of canvas-lms, 2023 or later): the letters of the sortable name in
lower case, LATE, the numbers of user and file, the file's name. Moodle (mod/assign of Moodle 4,
2022 or later): full name, a number of the participant that differs between assignments, the plugin;
as a folder or, if the user chose so, as the beginning of the file's name. Where the submissions are
anonymous, the full name is "Participant" in the site's language.

A path is read from the outside in, and the first level that names a person decides: what is further
in, the student chose. With a class list, a level names a person if a student of the list is called
so. Without one, it is the level at which the folders of a download part; where that is not clear,
nothing is taken, and a sentence says what to do.
"""

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.gradebook.read import Student

CANVAS = re.compile(
    r"(?P<name>[^\s!-/:-@[-^`{-~]+?)(?P<late>_LATE)?_(?P<user>\d+|anon_\w+?)_(?P<file>\d+)_(?P<rest>.+)"
)
MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>\d+)_assignsubmission_file_(?P<rest>.*)")
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
COUNTED = re.compile(r"(?<!\d)\d{1,2}$")  # Version 1, week2: folders that are not people
ANONYMOUS = 3  # so many of Moodle's numbers in one assignment, all of one name, are of no names
LONGEST = 100  # bytes of a new student's id
OUR_FOLDERS = ("notebooks",)  # of the class's repository: they name no one
ASK_FOR_NAME = "rename it to ASSIGNMENT__STUDENT.ipynb"
NAMELESS = (
    f"does not say whose it is: {ASK_FOR_NAME}, "
    "with no other signs in STUDENT than letters, digits, spaces and . @ - _"
)
BRING_LIST = "bring in the class list (`nbgrader db student import FILE`)"


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
    assignment, typed, copy = _own_name(_stem(name), known)
    said = Claim(parts, len(parts), typed=typed, assignment=assignment, order=(0, copy))
    named = [(place, _lms(part, _is_archive(part))) for place, part in enumerate(above)]
    rest = "" if typed else name
    while match := _lms(rest, True):
        named.append((len(above), match))
        rest = match["rest"]
        assignment, typed, copy = _own_name(_stem(rest), known)
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


def _stem(name: str) -> str:
    return ENDINGS.sub("", name)


def _lms(part: str, is_file: bool) -> re.Match[str] | None:
    """Return how an LMS named a file, an archive or (Moodle only) a folder, or None."""
    stem = _stem(part)
    return MOODLE.fullmatch(stem) or (CANVAS.fullmatch(stem) if is_file else None)


def _is_archive(part: str) -> bool:
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


def people(
    claims: Sequence[Claim],
    roster: Iterable[Student],
    known: Iterable[str],
    add: bool = False,
    there: Iterable[str] = (),
) -> list[Person | Unidentified]:
    """Return who handed in each file of a download, or why that is not clear.

    claims: of the notebooks, with their assignments. roster: the class list; if there is one, the
    student is on it, or with `add` may also be new. known: the course's assignments. there: ids of
    students who have handed in before.
    """
    listed, claims = _Listed(roster), _anonymous(claims)
    neighbors = _Neighbors(claims, listed) if listed.students else None
    found: dict[int, Person | Unidentified] = {}
    for number, said in enumerate(claims):
        try:
            person = _listed_person(said, listed, neighbors) if neighbors else None
            if person:
                found[number] = person
            elif neighbors and not add:
                raise _unknown(said)
        except Unidentified as error:
            found[number] = error
    rest = {number: said for number, said in enumerate(claims) if number not in found}
    found |= _new_people(rest, {*known, *OUR_FOLDERS})
    spelled = {one.casefold(): one for one in there}
    is_first = not spelled and not neighbors
    for number, person in sorted(found.items()):
        if isinstance(person, Person) and person.new:
            notes = person.notes
            if not is_first and person.id.casefold() not in spelled:
                notes = ("new student", *notes)
            found[number] = replace(person, notes=notes)
    return [_spelled(found[number], spelled) for number in range(len(claims))]


def _spelled(person: Person | Unidentified, spelled: dict[str, str]) -> Person | Unidentified:
    """Return a new person by the id that differs in capitals only and came first, if there is one.

    spelled: that id by its lower case; the person's is added.
    """
    if isinstance(person, Unidentified) or not person.new:
        return person
    return replace(person, id=spelled.setdefault(person.id.casefold(), person.id))


def _anonymous(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims; where Moodle gives no names, its numbers take their place."""
    moodle = [said for said in claims if said.lms == "Moodle"]
    names = {said.called for said in moodle}
    nobody = {name for name in names if name.casefold() == "participant"}
    numbers: dict[str, set[str]] = defaultdict(set)  # by assignment
    for said in moodle:
        numbers[said.assignment].add(said.lms_user)
    if len(names) == 1 and any(len(those) >= ANONYMOUS for those in numbers.values()):
        nobody = names
    return [
        replace(said, called=f"{said.called}-{said.lms_user}")
        if said.lms == "Moodle" and said.called in nobody
        else said
        for said in claims
    ]


class _Listed:
    """A class list, by all that its students may be called."""

    def __init__(self, students: Iterable[Student]) -> None:
        self.students = {unicodedata.normalize("NFC", one.id): one for one in students}
        self.names: dict[str, dict[str, Student]] = defaultdict(dict)
        for one in self.students.values():
            both = (f"{one.first_name} {one.last_name}", f"{one.last_name} {one.first_name}")
            for name in {letters_and_digits(name) for name in (one.id, one.email, *both)} - {""}:
                self.names[name][one.id] = one

    @cached_property
    def bare(self) -> dict[str, dict[str, Student]]:
        """The same without accents."""
        names: dict[str, dict[str, Student]] = defaultdict(dict)
        for name, those in self.names.items():
            names[without_accents(name)] |= those
        return names

    def called(self, name: str) -> dict[str, Student]:
        """Return those with this id, or else with such a name, by id."""
        if name in self.students:
            return {name: self.students[name]}
        key = letters_and_digits(name)
        return self.names.get(key) or self.bare.get(without_accents(key)) or {}

    def spelled(self, name: str, one: Student) -> str:
        """Return a note if a name is this student's only without its accents."""
        exact = name == one.id or one.id in self.names.get(letters_and_digits(name), {})
        return "" if exact else f"{name} is taken for {one.name or one.id}: the accents differ"

    def within(self, name: str) -> dict[str, Student]:
        """Return those whom a part of a name calls: hw-ada, Lovelace_Ada_ada_12045.

        Of names in one another the longest counts.
        """
        signs = (letter if is_sign(letter) and letter != "_" else " " for letter in name)
        words = "".join(signs).split()
        spans: list[tuple[int, int, dict[str, Student]]] = []
        for start in range(len(words)):
            for end in range(start + 1, min(start + 6, len(words)) + 1):
                key = letters_and_digits("".join(words[start:end]))
                telling = len(key) >= 3 and (len(key) >= 5 or not key.isdigit())
                if telling and (those := self.called(key)):
                    spans.append((start, end, those))
        longest = [
            those
            for start, end, those in spans
            if not any((a, b) != (start, end) and a <= start and end <= b for a, b, _ in spans)
        ]
        return {one: student for those in longest for one, student in those.items()}


class _Neighbors:
    """What the other files of a download tell: where its students' folders are."""

    def __init__(self, claims: Sequence[Claim], listed: _Listed) -> None:
        self.students: dict[tuple[tuple[str, ...], bool], set[str]] = defaultdict(set)
        self.by_lms: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
        for said in claims:
            for place, part in said.folders:
                if listed.called(_stem(part)) or listed.within(_stem(part)):
                    self.students[said.parts[:place], _is_archive(part)].add(part)
                if said.lms:
                    self.by_lms[said.parts[: place + 1]].add((said.lms, said.lms_user))

    def is_strange(self, said: Claim, place: int) -> bool:
        """Return whether a folder stands among those of several students and names none."""
        part = said.parts[place]
        theirs = self.students[said.parts[:place], _is_archive(part)]
        # what holds several people's files is the LMS's own download
        download = len(self.by_lms[said.parts[: place + 1]]) > 1
        return part not in theirs and len(theirs) > 1 and not download


def _listed_person(said: Claim, listed: _Listed, neighbors: _Neighbors) -> Person | None:
    """Return the student of the class list that a path names, or None; Unidentified if unclear."""
    for place, part in said.folders:
        if neighbors.is_strange(said, place):
            raise Unidentified(
                f"is in {part}, which stands among students' folders and names no one in the "
                "gradebook: `nbgrader db student add ID`, or collect that folder by itself"
            )
        exact = listed.called(_stem(part))
        those = exact or listed.within(_stem(part))
        if those:
            one = _only(those, f"the folder {part}")
            others = _others(said, place, one, listed, by_chance=not exact)
            how = listed.spelled(_stem(part), one) if exact else f"{part} is taken to name {one.id}"
            return Person(one.id, place, _notes(how, *others))
    if said.lms:
        return _of_lms(said, listed)
    those = listed.called(said.typed) or listed.called(AGAIN.sub("", said.typed))
    if not said.typed or not those:
        return None
    one = _only(those, said.typed)
    return Person(one.id, len(said.parts) - 1, _notes(listed.spelled(said.typed, one)))


def _of_lms(said: Claim, listed: _Listed) -> Person | None:
    by_number = {
        one.id: one
        for one in listed.students.values()
        if said.lms == "Canvas" and one.lms_user_id == said.lms_user
    }
    those = by_number or listed.called(said.called)
    typed = listed.called(said.typed) or listed.called(AGAIN.sub("", said.typed))
    chosen = those.keys() & typed.keys()
    if not those:
        return None
    if len(those) > 1 and len(chosen) == 1:  # two of one name, and the file says which
        one = those[chosen.pop()]
        return Person(one.id, said.level, (f"two are called so, and the file says {said.typed}",))
    one = _only(those, said.called)
    notes = [] if by_number else [listed.spelled(said.called, one)]
    if said.lms == "Canvas" and one.lms_user_id not in ("", said.lms_user):
        notes.append(f"Canvas' number is {said.lms_user}, the gradebook has {one.lms_user_id}")
    others = _others(said, said.level, one, listed)
    return Person(one.id, said.level, _notes(*notes, *others))


def _only(those: dict[str, Student], said: str) -> Student:
    if len(those) > 1:
        raise Unidentified(f"{said} may be of {' or '.join(sorted(those))}: {ASK_FOR_NAME}")
    [one] = those.values()
    return one


def _others(
    said: Claim, place: int, one: Student, listed: _Listed, by_chance: bool = False
) -> tuple[str, ...]:
    """Return notes on names further in that are not this student's.

    by_chance: a part of the folder's name is this student's, which may be a coincidence: then
    Unidentified if a name further in is another student's.
    """
    sure = [*said.inner, said.typed, *([said.called] if said.level > place else [])]
    differ = []
    for name in dict.fromkeys(filter(None, [*map(_stem, said.parts[place + 1 : -1]), *sure])):
        those = listed.called(name) or listed.called(AGAIN.sub("", name))
        if one.id not in those and (those or name in sure):
            differ.append(name)
            if by_chance and those:
                raise Unidentified(
                    f"is in {said.parts[place]}, which may be {one.id}'s, and names {name}: "
                    f"{ASK_FOR_NAME} and move it out of there"
                )
    return tuple(f"the file says {name}" for name in differ)


def _notes(*notes: str) -> tuple[str, ...]:
    return tuple(filter(None, notes))


def _unknown(said: Claim) -> Unidentified:
    """Return what to say of a file that names no student of the class list."""
    folders = [part for _, part in said.folders if not _is_archive(part)]
    who = said.called or said.typed or "/".join(folders)
    if said.lms == "Moodle" and said.called.endswith(f"-{said.lms_user}"):
        return Unidentified(
            f"is of {said.called}, without a name: have Moodle show the students' names and "
            "download again, or use --add to take each number as a new student"
        )
    return Unidentified(_not_listed(who) if who else NAMELESS)


def _not_listed(who: str) -> str:
    return f"is of {who}, who is not in the gradebook: `nbgrader db student add ID`, or use --add"


def _new_people(claims: dict[int, Claim], not_people: set[str]) -> dict[int, Person | Unidentified]:
    """Return whose files are that no class list tells, by what the paths say.

    not_people: names of folders that are of no student.
    """
    found: dict[int, Person | Unidentified] = {}
    folders: dict[int, Claim] = {}
    for number, said in claims.items():
        try:
            if said.lms:  # Canvas: there may be two of one name; Moodle: its numbers change
                name = f"{said.called}-{said.lms_user}" if said.lms == "Canvas" else said.called
                others = {*said.inner, said.typed} - {"", said.called}
                notes = tuple(f"the file says {other}" for other in sorted(others))
                found[number] = Person(_new(name), said.level, notes, new=True)
            elif said.typed:
                found[number] = Person(_new(said.typed), len(said.parts) - 1, new=True)
            else:
                folders[number] = said
        except Unidentified as error:
            found[number] = error
    for number, answer in _levels(folders, 0, not_people):
        try:
            if isinstance(answer, str):
                raise Unidentified(answer)
            found[number] = Person(_new(folders[number].parts[answer]), answer, new=True)
        except Unidentified as error:
            found[number] = error
    _ask_where_places_differ(claims, found)
    return found


def _levels(
    claims: dict[int, Claim], depth: int, not_people: set[str], inside: bool = False
) -> Iterator[tuple[int, int | str]]:
    """Yield the place of the folder that names the student of each file, or what to say.

    claims: of files that only folders say something about, and whose first `depth` parts agree.
    inside: whether a folder among these parts could have been a student's.
    """
    groups: dict[str, dict[int, Claim]] = defaultdict(dict)
    for number, said in claims.items():
        if depth == len(said.parts) - 1:
            yield number, NAMELESS
        else:
            groups[said.parts[depth]][number] = said
    people = {}
    for part, group in groups.items():
        if _is_archive(part) or part in not_people:
            yield from _levels(group, depth + 1, not_people, inside)
        else:
            people[part] = group
    counted = len(people) > 1 and len({COUNTED.sub("", part) for part in people}) == 1
    only = len(people) == 1
    for part, group in people.items():
        inner = {number: _inner(said, depth + 1, not_people) for number, said in group.items()}
        parts = _part(inner, group)
        if only and parts:  # such as the one folder that an archive holds
            yield from _levels(group, depth + 1, not_people, True)
            continue
        unclear = (counted and inside) or ((only or counted) and any(inner.values()))
        for number in group:
            if parts or unclear:
                which = " or ".join((part, *inner[number]))
                yield number, f"may be of {which}: {BRING_LIST}, or {ASK_FOR_NAME}"
            else:
                yield number, depth


def _inner(said: Claim, depth: int, not_people: set[str]) -> tuple[str, ...]:
    """Return the folders from `depth` on that could name a student."""
    return tuple(
        part
        for place, part in said.folders
        if place >= depth and part not in not_people and not _is_archive(part)
    )


def _part(inner: dict[int, tuple[str, ...]], claims: dict[int, Claim]) -> bool:
    """Return whether files of one assignment are in different folders that could name students."""
    places: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for number, folders in inner.items():
        places[claims[number].assignment].add(folders)
    return any(len(those) > 1 for those in places.values())


def _ask_where_places_differ(
    claims: dict[int, Claim], found: dict[int, Person | Unidentified]
) -> None:
    """Take nobody's files from two places: without a class list they may be two people's.

    What an LMS says stands; namesakes() tells its people apart.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, person in found.items():
        if isinstance(person, Person):
            groups[person.id.casefold(), claims[number].assignment].append(number)
    for numbers in groups.values():
        if len({claims[number].lms_user for number in numbers if claims[number].lms}) > 1:
            numbers = [number for number in numbers if not claims[number].lms]
        where = {number: _named_in(claims[number], found[number]) for number in numbers}
        one_of_each = {place: number for number, place in where.items()}
        for number in numbers:
            elsewhere = next((one for at, one in one_of_each.items() if at != where[number]), None)
            if elsewhere is not None and not claims[number].lms:
                found[number] = Unidentified(
                    f"is of the same student as {claims[elsewhere].place}: if they are two "
                    "people, rename one of the files to ASSIGNMENT__STUDENT.ipynb; if it is one "
                    "person, leave only the newer file there"
                )


def _named_in(said: Claim, person: Person | Unidentified) -> tuple[str, ...]:
    """Return the folder that names the student, or in which a file stands that does."""
    if said.lms or isinstance(person, Unidentified):
        return (said.lms,)
    return said.parts[: min(person.named_at + 1, len(said.parts) - 1)]


def namesakes(claims: Iterable[Claim]) -> str:
    """Return a sentence if files taken to be one student's are from several people, else "".

    claims: about the files of one student and assignment. An LMS gives each person a number.
    """
    numbers: dict[str, dict[str, str]] = {}
    for said in claims:
        if said.lms:
            numbers.setdefault(said.lms, {}).setdefault(said.lms_user, said.called)
    for people in numbers.values():
        if len(people) > 1:
            many = "two" if len(people) == 2 else len(people)
            called = " or ".join(dict.fromkeys(people.values()))
            return (
                f"{many} people are called {called} ({', '.join(people)}): move their files out "
                "of the download and rename the files to ASSIGNMENT__STUDENT.ipynb"
            )
    return ""


def canvas_says(claims: Sequence[Claim], whole: bool) -> set[tuple[str, ...]]:
    """Return the folders and archives in which what Canvas does not mark as late was in time.

    They are downloads of Canvas: all that is in them is named by Canvas, and of several people. A
    single file may be named so by its student. claims: of all files. whole: the download is itself
    the archive that was given to collect.
    """
    names: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for said in claims:
        if said.lms == "Canvas":
            names[said.parts[: said.level]].add(said.lms_user)
        else:
            for place in range(min(said.level, len(said.parts))):
                names[said.parts[:place]].add("")
    return {
        folder
        for folder, users in names.items()
        if "" not in users and (len(users) > 1 or (whole and len(folder) == 1))
    }


def _new(name: str) -> str:
    """Return an id for a student who is not in the gradebook: always the same for one person."""
    made = plain_name(name)
    if not made:
        raise Unidentified(NAMELESS)
    if len(os.fsencode(made)) > LONGEST:
        raise Unidentified(f"names a student by more than {LONGEST} bytes: {ASK_FOR_NAME}")
    return made


def plain_name(name: str) -> str:
    """Return a name as an id: letters, digits and . @ - _, with a hyphen for all between them."""
    composed = unicodedata.normalize("NFC", name)
    shown = (letter for letter in composed if unicodedata.category(letter) != "Cf")
    signs = (letter if is_sign(letter) or letter in ".@-" else " " for letter in shown)
    return "-".join("".join(signs).split()).strip("-._")
