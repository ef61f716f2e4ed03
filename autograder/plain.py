"""Texts that a student may have chosen, fit to be read in a terminal, a line and a file."""

from collections.abc import Iterable

LENGTH = 400  # characters of one sentence
NOTES = 24  # of one submission; what is beyond is counted


def plain(text: str, most: int = LENGTH) -> str:
    """Return a text on one line, at most `most` characters, all of them printable.

    What is not printable (line ends, colours, a change of direction, half a character) is written
    as Python would write it.
    """
    if len(text) > most:
        text = f"{text[: most - 2]} …"
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
    return shown if len(shown) <= most else f"{shown[: most - 2]} …"


def plain_notes(notes: Iterable[str]) -> list[str]:
    """Return the notes as plain lines, each once, the first NOTES of them."""
    different = list(dict.fromkeys(plain(note) for note in notes))
    if len(different) <= NOTES:
        return different
    return [*different[:NOTES], f"and {len(different) - NOTES} more notes like these"]
