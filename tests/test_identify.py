"""Whose a file is: every layout of a download, with a class list and without one."""

import unicodedata

import pytest

from autograder.collect import identify
from autograder.collect.claims import Person, Unidentified, claim
from autograder.gradebook.read import Student
from course.submit import plain_name

ONE, TWO = "01_toy", "02_other"
KNOWN = [ONE, TWO]
CLASS = (
    Student("ada", "Ada", "Lovelace", lms_user_id="12345"),
    Student("ben", "Ben", "Otomo"),
    Student("cleo", "Cleo", "Roy"),
    Student("mallory", "Mallory", "Evil"),
)
FILE = f"{ONE}.ipynb"


def people(paths, roster=(), **options):
    """Return the id of who handed in each file, or the sentence that says why that is unclear."""
    claims = [claim(path.split("/"), KNOWN) for path in paths]
    found = identify.people(claims, roster, KNOWN, **options)
    return [one.id if isinstance(one, Person) else str(one) for one in found]


def person(path, roster=CLASS, others=()):
    """Return who handed in one file, next to others."""
    claims = [claim(each.split("/"), KNOWN) for each in (path, *others)]
    return identify.people(claims, roster, KNOWN)[0]


LAYOUTS = {  # by what makes it: path with the student's name, the names, the ids without a list
    "forks": ("c.zip/hw-{}/notebooks/01_toy/" + FILE, ("ada", "ben"), ("hw-ada", "hw-ben")),
    "forks, flat": ("hw-{}/" + FILE, ("ada", "ben"), ("hw-ada", "hw-ben")),
    "sakai": (
        "c.zip/{}/Submission attachment(s)/" + FILE,
        ("Lovelace, Ada(ada)", "Otomo, Ben(ben)"),
        ("Lovelace-Ada-ada", "Otomo-Ben-ben"),
    ),
    "teams": (
        "c.zip/Submitted files/{}/The homework/Version 1/" + FILE,
        ("Ada Lovelace", "Ben Otomo"),
        ("Ada-Lovelace", "Ben-Otomo"),
    ),
    "ilias": (
        "{}/" + FILE,
        ("Lovelace_Ada_ada_12045", "Otomo_Ben_ben_12046"),
        ("Lovelace_Ada_ada_12045", "Otomo_Ben_ben_12046"),
    ),
    "homes": ("{}/" + FILE, ("ada", "ben"), ("ada", "ben")),
    "homes with folders of their own": ("{}/hw/week 2/" + FILE, ("ada", "ben"), ("ada", "ben")),
    "a folder with homes": ("week2/{}/" + FILE, ("ada", "ben"), ("ada", "ben")),
    "a folder an assignment": (f"{ONE}/{{}}/{FILE}", ("ada", "ben"), ("ada", "ben")),
    "moodle": (
        "c.zip/{}_assignsubmission_file_/" + FILE,
        ("Ada Lovelace_471", "Ben Otomo_472"),
        ("Ada-Lovelace", "Ben-Otomo"),
    ),
    "moodle since 4.1": (
        "c.zip/{}_assignsubmission_file/" + FILE,
        ("Ada Lovelace_471", "Ben Otomo_472"),
        ("Ada-Lovelace", "Ben-Otomo"),
    ),
    "archives": ("{}.zip/" + FILE, ("ada", "Otomo Ben"), None),
    "capitals": ("{}/" + FILE, ("ADA", "Ben"), ("ADA", "Ben")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_each_student_their_own(layout):
    path, names, without_list = LAYOUTS[layout]
    paths = [path.format(name) for name in names]
    assert people(paths, CLASS) == ["ada", "ben"]
    assert people(paths, CLASS, add=True) == ["ada", "ben"]
    if without_list:
        assert people(paths) == list(without_list)
    else:
        assert all("does not say whose" in said for said in people(paths))


UNCLEAR = [  # without a class list: paths, and what is asked
    (["week2/ada/" + FILE], "may be of week2 or ada: bring in the class list"),
    (["ada/one/" + FILE, "ada/two/" + FILE, "ben/" + FILE], "may be of ada or"),
    (["ada/Version 1/" + FILE, "ada/Version 2/" + FILE], "may be of Version"),
    (["week2/ada/" + FILE, f"week3/ada/{TWO}.ipynb"], "may be of week"),
    (["a.zip/ada/" + FILE, "b.zip/ada/" + FILE], "is of the same student as"),
    ([f"mail3/{ONE}__Eva.ipynb", f"mail4/{ONE}__Eva.ipynb"], "is of the same student as mail"),
    ([f"mail3/{ONE}__Eva.ipynb", f"mail4/{ONE}__eva (1).ipynb"], "is of the same student as"),
    (["ada/" + FILE, f"mallory/{ONE}__ada.ipynb"], "is of the same student as"),
    ([FILE], "does not say whose it is"),
    (["archive.zip/" + FILE], "does not say whose it is"),
]


@pytest.mark.parametrize(("paths", "asked"), UNCLEAR)
def test_without_a_class_list_what_may_be_two_people_is_asked(paths, asked):
    for path, said in zip(paths, people(paths), strict=True):
        assert asked in said or (path.startswith("ben/") and said == "ben")


def test_with_a_class_list_handing_in_twice_is_one_person():
    paths = [f"monday/{ONE}__ada.ipynb", f"tuesday/{ONE}__Ada Lovelace.ipynb", "ada/" + FILE]
    assert people(paths[:2], CLASS) == ["ada", "ada"]


MOODLE = "Mallory Evil_4712_assignsubmission_file_"
ATTACKS = [  # mallory's file, with names of ada in it
    f"{MOODLE}/lovelaceada_1_99999999_{FILE}",
    f"{MOODLE}/{ONE}__ada.ipynb",
    f"{MOODLE}/Ada Lovelace_4711_assignsubmission_file_/{FILE}",
    f"{MOODLE}/w.zip/Ada Lovelace_4711_assignsubmission_file_/{FILE}",
    f"{MOODLE}/w.zip/lovelaceada_12345_9999_{FILE}",
    f"{MOODLE}/ada/{FILE}",
    f"{MOODLE}Ada Lovelace_4711_assignsubmission_file_{FILE}",
    f"evilmallory_7_99_w.zip/lovelaceada_12345_9999_{FILE}",
    f"evilmallory_7_99_w.zip/Ada Lovelace_4711_assignsubmission_file_/{FILE}",
    f"evilmallory_7_99_lovelaceada_12345_9999_{FILE}",
    f"mallory/ada/{FILE}",
    f"mallory/w.zip/ada/{FILE}",
    f"mallory/{ONE}__ada.ipynb",
    f"mallory/lovelaceada_12345_9999_{FILE}",
    f"mallory/Ada Lovelace_4711_assignsubmission_file_/{FILE}",
]


@pytest.mark.parametrize("path", ATTACKS)
def test_no_name_inside_hands_in_for_somebody_else(path):
    ada = f"Ada Lovelace_4711_assignsubmission_file_/{FILE}"
    one = person(path, others=[ada])
    assert one.id == "mallory" and any("the file says" in note for note in one.notes)
    if not path.startswith("mallory/"):  # without a list a folder may be the instructor's own
        assert people([path, ada])[0] in ("Mallory-Evil", "evilmallory-7")


STRANGERS = [  # of people who are not in the class list, with a name that is
    f"Nobody Atall_4712_assignsubmission_file_/{ONE}__ada.ipynb",
    f"nobodyatall_5_6_{ONE}__ada.ipynb",
    f"malory/ada/{FILE}",  # next to folders of students
    f"malory/{ONE}__ada.ipynb",
    f"malory/lovelaceada_12345_9999_{FILE}",
]


@pytest.mark.parametrize("path", STRANGERS)
def test_who_is_not_in_the_list_does_not_become_somebody_who_is(path):
    one = person(path, others=[f"ben/{FILE}", f"cleo/{FILE}"])
    assert isinstance(one, Unidentified) and "in the gradebook" in str(one)


def test_one_students_folder_among_others_makes_them_no_strangers():
    paths = [f"ben/{FILE}", f"week2/ada/{FILE}", f"week2/{ONE}__cleo.ipynb"]
    assert people(paths, CLASS) == ["ben", "ada", "cleo"]


def test_a_folder_that_only_may_be_a_students_does_not_overrule_one_that_is():
    for inner in (f"ada/{FILE}", f"{ONE}__ada.ipynb", f"lovelaceada_12345_1_{FILE}"):
        one = person(f"for-ben/{inner}")
        assert isinstance(one, Unidentified) and "may be ben's, and names" in str(one)
    assert person(f"for-ben/{FILE}").notes == ("for-ben is taken to name ben",)
    assert "ada or ben" in str(person(f"ada-and-ben/{FILE}"))
    assert people([f"hw-ada-l/{FILE}"], [*CLASS, Student("ada-l")]) == ["ada-l"]


def test_an_lms_download_next_to_a_students_folder_is_taken():
    names = ("Ben Otomo_47", "Cleo Roy_48")
    moodle = [f"m.zip/{name}_assignsubmission_file_/{FILE}" for name in names]
    paths = [f"ada.zip/{FILE}", f"mallory.zip/{FILE}", *moodle]
    assert people(paths, CLASS) == ["ada", "mallory", "ben", "cleo"]


def test_where_moodle_gives_no_names_its_numbers_tell_people_apart():
    path = "{}_{}_assignsubmission_file_/" + FILE
    for name in ("Participant", "Teilnehmerin"):
        paths = [path.format(name, number) for number in (470, 471, 472)]
        assert people(paths) == [f"{name}-{number}" for number in (470, 471, 472)]
    assert people([path.format("Participant", 470)]) == ["Participant-470"]
    assert (
        "have Moodle show the students' names" in people([path.format("Participant", 4)], CLASS)[0]
    )
    assert people([path.format("Eva Klein", number) for number in (470, 471)]) == 2 * ["Eva-Klein"]
    weeks = [path.format("Eva Klein", number).replace(ONE, f"0{number}_x") for number in (1, 2, 3)]
    known = [f"0{number}_x" for number in (1, 2, 3)]
    claims = [claim(each.split("/"), known) for each in weeks]
    assert {one.id for one in identify.people(claims, (), known)} == {"Eva-Klein"}


SCRIPTS = ["रवि", "रवी", "রবি", "ரவி", "รวี", "រវី", "たかだ", "たかた", "Андрей", "Андреи", "عَلي"]


def test_vowel_signs_and_voicing_marks_make_other_names():
    for form in ("NFC", "NFD"):
        names = [unicodedata.normalize(form, name) for name in SCRIPTS]
        ids = people([f"{ONE}__{name}.ipynb" for name in names])
        assert ids == [unicodedata.normalize("NFC", name) for name in SCRIPTS]
        assert [plain_name(name) for name in names] == ids
    for number, name in enumerate(SCRIPTS):
        [said] = people([f"{ONE}__{name}.ipynb"], [Student(name)])
        others = [Student(each) for each in SCRIPTS[:number] + SCRIPTS[number + 1 :]]
        assert said == unicodedata.normalize("NFC", name)
        assert "who is not in the gradebook" in people([f"{ONE}__{name}.ipynb"], others)[0]


def test_accents_of_latin_and_greek_may_be_missing_and_the_list_says_so():
    roster = [Student("1", "Zoë", "Müller"), Student("2", "Γιώργος", "Ω")]
    for typed, who in (("Zoe Muller", "1"), ("γιωργος ω", "2")):
        one = person(f"{ONE}__{typed}.ipynb", roster)
        assert one.id == who and "the accents differ" in one.notes[0]
    assert person(f"{ONE}__Zoë-Müller.ipynb", roster).notes == ()
    decomposed = unicodedata.normalize("NFD", f"{ONE}__Zoë-Müller.ipynb")
    assert person(decomposed, roster).notes == ()
    both = [Student("1", "Zoë", "Müller"), Student("2", "Zoe", "Müller")]
    assert people([f"{ONE}__Zoë Müller.ipynb", f"{ONE}__Zoe Müller.ipynb"], both) == ["1", "2"]


ADDED = [  # what operating systems, browsers and editors make of 01_toy__ada.ipynb
    *("{} (1).ipynb", "{}(1).ipynb", "{} - Copy.ipynb", "{} - Copy (2).ipynb", "{}-Copy1.ipynb"),
    *("{} copy.ipynb", "{} copy 2.ipynb", "{}_copy.ipynb", "Copy of {}.ipynb", "{} - Kopie.ipynb"),
    *("{}.ipynb.txt", "{}.ipynb.json", "{}.IPYNB", "{}.ipynb.ipynb", "{}.json", "{}"),
    *("{}-checkpoint.ipynb", "{} (1) (2).ipynb"),
]


@pytest.mark.parametrize("added", ADDED)
def test_what_is_added_to_a_files_name_makes_no_new_person(added):
    for stem, who in ((f"{ONE}__ada", "ada"), (f"{ONE}__ADA", "ada"), (f"ada/{ONE}", "ada")):
        folder, _, name = stem.rpartition("/")
        path = f"{folder}/" * bool(folder) + added.format(name)
        said = claim(path.split("/"), KNOWN)
        assert said.assignment == ONE
        [first, again] = people([f"{ONE}__ada.ipynb" if not folder else f"ada/{FILE}", path])
        assert first == again == who
        assert people([path], CLASS) == ["ada"] and people([path], there=["ada"]) == ["ada"]


def test_a_new_student_is_called_so_unless_all_are():
    path = f"{ONE}__zoe.ipynb"
    claims = [claim([path], KNOWN)]
    for options in ({"roster": CLASS, "add": True}, {"roster": (), "there": ["ada"]}):
        [one] = identify.people(claims, known=KNOWN, **options)
        assert one == Person("zoe", 0, ("new student",), new=True)
    for options in ({"roster": ()}, {"roster": (), "there": ["zoe"]}):
        assert identify.people(claims, known=KNOWN, **options)[0].notes == ()


def test_a_long_name_is_refused():
    for name, taken in (("m" * 100, True), ("m" * 101, False), ("й" * 51, False)):
        [said] = people([f"{ONE}__{name}.ipynb"])
        assert (said == name) == taken == ("more than 100 bytes" not in said)


def test_canvas_number_that_is_another_is_said():
    assert "the gradebook has 12345" in person(f"lovelaceada_99_1_{FILE}").notes[0]
