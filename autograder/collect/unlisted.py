"""Whose files are that no class list tells: ids are made from what the paths say.

Where only folders tell, it is the level at which the folders of a download part; where that is not
clear, nothing is taken, and a sentence says what to do.
"""

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from autograder.collect.claims import (
    ASK_FOR_NAME,
    NAMELESS,
    Claim,
    Person,
    Unidentified,
    is_archive,
    is_sign,
)

COUNTED = re.compile(r"(?<!\d)\d{1,2}$")  # Version 1, week2: folders that are not people
LONGEST = 100  # bytes of a new student's id
BRING_LIST = "bring in the class list (`autograder roster FILE`)"


def new_people(claims: dict[int, Claim], not_people: set[str]) -> dict[int, Person | Unidentified]:
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
        if is_archive(part) or part in not_people:
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
        if place >= depth and part not in not_people and not is_archive(part)
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
