"""Which student handed in each file of a download: by the class list, or by the paths alone.

A path is read from the outside in, and the first level that names a person decides: what is further
in, the student chose. With a class list, a level names a person if a student of the list is called
so. Without one, it is the level at which the folders of a download part; where that is not clear,
nothing is taken, and a sentence says what to do.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.collect.claims import Claim, Person, Unidentified
from autograder.collect.listed import Listed, Neighbors, listed_person, not_listed
from autograder.collect.unlisted import new_people
from autograder.gradebook.read import Student

ANONYMOUS = 3  # so many of Moodle's numbers in one assignment, all of one name, are of no names
ONLINE_TEXT = re.compile(r"_\d+_assignsubmission_\w+_")  # Moodle's, of other kinds than files
OUR_FOLDERS = ("notebooks",)  # of the class's repository: they name no one


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
    listed, claims = Listed(roster), _anonymous(claims)
    neighbors = Neighbors(claims, listed) if listed.students else None
    found: dict[int, Person | Unidentified] = {}
    for number, said in enumerate(claims):
        try:
            person = listed_person(said, listed, neighbors) if neighbors else None
            if person:
                found[number] = person
            elif neighbors and not add:
                raise not_listed(said)
        except Unidentified as error:
            found[number] = error
    rest = {number: said for number, said in enumerate(claims) if number not in found}
    found |= new_people(rest, {*known, *OUR_FOLDERS})
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


def downloads_of(lms: str, claims: Sequence[Claim], whole: bool) -> set[tuple[str, ...]]:
    """Return the folders and archives that are downloads of an LMS: what it says there is true.

    All that is in them is named by the LMS, and of several people. A single file may be named so by
    its student. claims: of all files. whole: the download is itself the archive that was given to
    collect.
    """
    names: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for said in claims:
        if said.lms == lms:
            names[said.parts[: said.level]].add(said.lms_user)
        elif lms != "Moodle" or not any(ONLINE_TEXT.search(part) for part in said.parts):
            for place in range(min(said.level, len(said.parts))):
                names[said.parts[:place]].add("")
    return {
        folder
        for folder, users in names.items()
        if "" not in users and (len(users) > 1 or (whole and len(folder) == 1))
    }
