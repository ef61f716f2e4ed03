"""The pictures of labs and the stills of films that docs/ shows: all there, small, and with words.

docs/screenshot.py and docs/films.py make them.
"""

import re

import pytest
from PIL import Image

from autograder.build.title import read
from docs.played import calls
from tests.course_scripts import EVERY, ROOT

PAGE = (ROOT / "docs" / "labs.md").read_text()


@pytest.mark.parametrize("name", EVERY)
def test_each_lab_is_shown_in_the_documentation_with_its_words(name):
    path = ROOT / "docs" / "labs" / f"{name}.png"
    assert path.stat().st_size < 100_000
    with Image.open(path) as picture:
        assert picture.mode == "P" and picture.width > 1000
    [words] = re.findall(rf"!\[(.*)\]\(labs/{name}\.png\)", PAGE)
    assert len(words) > 40
    assert f"## {read(ROOT / 'solutions' / f'{name}.py').heading}" in PAGE.splitlines()


@pytest.mark.parametrize("name", EVERY)
def test_each_film_is_shown_in_the_documentation_with_its_words(name):
    page, shown = (ROOT / "docs" / "films.md").read_text(), calls(name)
    assert shown
    for number, call in enumerate(shown, start=1):
        path = ROOT / "docs" / "films" / f"{name}_{number}.png"
        assert path.stat().st_size < 150_000
        [words] = re.findall(rf"`{re.escape(call)}`\n\n!\[(.*)\]\(films/{path.name}\)", page)
        assert len(words) > 40


def test_a_students_own_site_is_shown_with_its_words():
    path = ROOT / "docs" / "labs" / "my_site.png"
    assert path.stat().st_size < 100_000
    assert re.search(
        r"!\[.{40,}\]\(labs/my_site\.png\)", (ROOT / "docs" / "students.md").read_text()
    )


def test_the_readme_shows_a_film_that_moves():
    assert "](docs/film.webp)" in (ROOT / "README.md").read_text()
    with Image.open(ROOT / "docs" / "film.webp") as picture:
        assert picture.n_frames > 50
