"""What a student's code is like, in a few numbers: enough to find two submissions that are alike.

The method is winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003), as in MOSS: code becomes
tokens, each RUN of tokens a number, and of each WINDOW of numbers the smallest is kept. Names,
numbers, texts, comments and spaces do not count, so renaming changes nothing. What the released
cell holds is left out.
"""

import zlib
from collections.abc import Mapping
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, Text

RUN = 10  # tokens
WINDOW = 4  # numbers
TEXT_LENGTH = 20_000  # characters of a cell: beyond that the lexer's time may grow too fast


def of_cells(cells: list[Any], released: Mapping[str, str]) -> dict[str, str]:
    """Return the fingerprints of each exercise's code, by grade id; none for what is unwritten.

    They are hexadecimal numbers with spaces between them.

    cells: of a student's notebook, as the grader rebuilt it. released: the texts of the solution
    cells as students got them, by grade id.
    """
    found = {}
    for cell in cells:
        mark = cell.metadata.get("nbgrader", {})
        name = mark.get("grade_id", "")
        if cell.cell_type == "code" and mark.get("solution") and name in released:
            prints = fingerprints(cell.source) - fingerprints(released[name])
            if prints:
                found[name] = " ".join(f"{number:x}" for number in sorted(prints))
    return found


def fingerprints(text: str) -> set[int]:
    """Return the fingerprints of a Python text; none of one that is too long."""
    kinds = _tokens(text) if len(text) <= TEXT_LENGTH else []
    runs = [" ".join(kinds[n : n + RUN]) for n in range(len(kinds) - RUN + 1)]
    numbers = [zlib.crc32(run.encode()) for run in runs]
    return {min(numbers[n : n + WINDOW]) for n in range(max(0, len(numbers) - WINDOW + 1))}


def _tokens(text: str) -> list[str]:
    found = []
    for kind, value in PythonLexer().get_tokens(text):
        if kind in Comment or kind in String.Doc or kind in Text:
            continue
        if kind in Name or kind in Number or kind in String:
            value = "x"
        elif kind in Keyword:
            value = value.strip()
        if value == "x" and found[-1:] == ["x"]:
            continue  # the parts of one text, or of a name with a prefix
        found.append(value)
    return found
