"""The data sheet as folds to open: a table for each part of `sheet`."""

import inspect
import re
from html import escape

from course.millions_of_users import sheet

LINE = r"([A-Z_, ]+) = ([^#]+?)(?:  # (.*))?"
TABLE = "border-collapse: collapse; color: inherit; margin: 2px 0 6px"
CELL = "padding: 1px 14px 1px 0; text-align: left"


def parts():
    """Return {heading: [(names, values, meaning)]} of the sheet, in its order."""
    found: dict[str, list] = {}
    _, _, text = inspect.getsource(sheet).partition("\n\n#")
    for part in f"#{text}".split("\n\n"):
        heading, *lines = part.strip().splitlines()
        rows = found.setdefault(heading.removeprefix("# "), [])
        for line in lines:
            if line.startswith("# "):  # goes on from the line before
                rows[-1][2] += f" {line[2:]}"
            else:
                rows += [list(row) for row in re.findall(LINE + "$", line)]
    return found


def page():
    """Return the folds as HTML."""
    return "".join(
        f"<details><summary>{escape(heading.capitalize())}</summary>"
        f'<table style="{TABLE}">{"".join(map(_row, rows))}</table></details>'
        for heading, rows in parts().items()
    )


def _row(row):
    names, values, meaning = map(escape, row)
    values = values.removesuffix(".0").replace("_", ",")
    return (
        f'<tr><th scope="row" style="{CELL}"><code>{names}</code></th>'
        f'<td style="{CELL}">{values}</td><td style="{CELL}">{meaning}</td></tr>'
    )
