"""The pictures of the labs that docs/screenshot.py makes: all there, small, and each with words."""

import re

import pytest
from PIL import Image

from autograder.build.title import read
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
