"""The documentation's site: `make docs` writes it to build/site. The pages also read on GitHub."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import played
from tests.course_scripts import ROOT

project = "Zero to Millions"
author = "the authors of Zero to Millions"
copyright = f"2026, {author}; text: CC BY 4.0, code: BSD 3-Clause"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns: list[str] = []
html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": "https://github.com/zero-to-millions/zero-to-millions/",
    "source_branch": "main",
    "source_directory": "docs/",
}
myst_heading_anchors = 3
default_role = "code"  # docstrings mark names `so`
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "none"
add_module_names = False
maximum_signature_line_length = 90
html_extra_path = ["../build/films"]


def _plain(app, what, name, obj, options, lines):
    """Make reStructuredText of a docstring that is plain text with `names` and indented blocks."""
    made: list[str] = []
    for line in lines:
        indented, was_indented = line.startswith(" "), bool(made) and made[-1].startswith(" ")
        if indented and line.strip() and not was_indented and not _in_block(made):
            made += ["", "::", ""]
        elif not indented and line.strip() and made and _in_block(made):
            made.append("")
        made.append(line if indented else _escaped(line))
    lines[:] = [*made, ""]


def _in_block(made):
    """Return whether the last line that holds text belongs to an indented block."""
    return next((line.startswith(" ") for line in reversed(made) if line.strip()), False)


def _escaped(line):
    """Return the line with what reStructuredText would read as marks outside `names` escaped."""
    parts = re.split(r"(`[^`]*`)", line)
    for number in range(0, len(parts), 2):
        text = re.sub(r"([*|]|_(?=\W|$))", r"\\\1", parts[number])
        parts[number] = f"\\ {text}" if number and text[:1].isalnum() else text  # `explore`s
    return "".join(parts)


def _make_films(app, config):
    played.save(ROOT / "build" / "films" / "played")


def _play_films(app, name, source):
    """Let the films of played.PLAYED play below their stills; GitHub shows only the stills."""
    if name == "films":
        for film, call in played.PLAYED.items():
            sheet = f"(films/{film}_{played.calls(film).index(call) + 1}.png)"
            frame = (
                f'<iframe src="played/{film}.html" title="Film of {film}" loading="lazy" '
                f'style="width: 100%; height: 760px; border: 0"></iframe>'
            )
            source[0] = source[0].replace(sheet, f"{sheet}\n\n```{{raw}} html\n{frame}\n```")


def setup(app):
    app.connect("config-inited", _make_films, priority=100)  # before the extra path is looked at
    app.connect("source-read", _play_films)
    app.connect("autodoc-process-docstring", _plain)
