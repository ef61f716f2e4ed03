"""Which student of the class list a file is of.

The first level of its path that names one decides, from the outside in.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from autograder.collect.claims import (
    AGAIN,
    ASK_FOR_NAME,
    NAMELESS,
    Claim,
    Person,
    Unidentified,
    is_archive,
    is_sign,
    letters_and_digits,
    stem_of,
    without_accents,
)
from autograder.gradebook.read import Student


class Listed:
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


class Neighbors:
    """What the other files of a download tell: where its students' folders are."""

    def __init__(self, claims: Sequence[Claim], listed: Listed) -> None:
        self.students: dict[tuple[tuple[str, ...], bool], set[str]] = defaultdict(set)
        self.by_lms: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
        for said in claims:
            for place, part in said.folders:
                if listed.called(stem_of(part)) or listed.within(stem_of(part)):
                    self.students[said.parts[:place], is_archive(part)].add(part)
                if said.lms:
                    self.by_lms[said.parts[: place + 1]].add((said.lms, said.lms_user))

    def is_strange(self, said: Claim, place: int) -> bool:
        """Return whether a folder stands among those of several students and names none."""
        part = said.parts[place]
        theirs = self.students[said.parts[:place], is_archive(part)]
        # what holds several people's files is the LMS's own download
        download = len(self.by_lms[said.parts[: place + 1]]) > 1
        return part not in theirs and len(theirs) > 1 and not download


def listed_person(said: Claim, listed: Listed, neighbors: Neighbors) -> Person | None:
    """Return the student of the class list that a path names, or None; Unidentified if unclear."""
    for place, part in said.folders:
        if neighbors.is_strange(said, place):
            raise Unidentified(
                f"is in {part}, which stands among students' folders and names no one in the "
                "gradebook: add them to the class list and `autograder roster FILE`, or collect "
                "that folder by itself"
            )
        exact = listed.called(stem_of(part))
        those = exact or listed.within(stem_of(part))
        if those:
            one = _only(those, f"the folder {part}")
            others = _others(said, place, one, listed, by_chance=not exact)
            how = (
                listed.spelled(stem_of(part), one) if exact else f"{part} is taken to name {one.id}"
            )
            return Person(one.id, place, _notes(how, *others))
    if said.lms:
        return _of_lms(said, listed)
    those = listed.called(said.typed) or listed.called(AGAIN.sub("", said.typed))
    if not said.typed or not those:
        return None
    one = _only(those, said.typed)
    return Person(one.id, len(said.parts) - 1, _notes(listed.spelled(said.typed, one)))


def _of_lms(said: Claim, listed: Listed) -> Person | None:
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
    said: Claim, place: int, one: Student, listed: Listed, by_chance: bool = False
) -> tuple[str, ...]:
    """Return notes on names further in that are not this student's.

    by_chance: a part of the folder's name is this student's, which may be a coincidence: then
    Unidentified if a name further in is another student's.
    """
    sure = [*said.inner, said.typed, *([said.called] if said.level > place else [])]
    differ = []
    for name in dict.fromkeys(filter(None, [*map(stem_of, said.parts[place + 1 : -1]), *sure])):
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


def not_listed(said: Claim) -> Unidentified:
    """Return what to say of a file that names no student of the class list."""
    folders = [part for _, part in said.folders if not is_archive(part)]
    who = said.called or said.typed or "/".join(folders)
    if said.lms == "Moodle" and said.called.endswith(f"-{said.lms_user}"):
        return Unidentified(
            f"is of {said.called}, without a name: have Moodle show the students' names and "
            "download again, or use --add to take each number as a new student"
        )
    if not who:
        return Unidentified(NAMELESS)
    return Unidentified(
        f"is of {who}, who is not in the gradebook: `autograder roster FILE` with a list that has "
        "them, or use --add"
    )
