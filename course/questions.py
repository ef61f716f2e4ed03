"""The question that a check's box asks when it knows the mistake, for whoever made that one.

`questions.json` holds no list to read: each question is sealed with what the check saw, and opens
only for code that does the same.
"""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from course.checks import plain

PATH = Path(__file__).with_name("questions.json")
DIGITS = 9  # of a float: two ways to add the same numbers differ in the last ones
OWN_WORDS = ("line", "message")  # of an error: where and how each student's own code raises it


def question(exercise: str, seen: Any) -> str:
    """Return the question for an exercise whose check saw this and did not pass, "" if none."""
    try:
        name, key = _name_and_key(exercise, seen)
    except (TypeError, ValueError, RecursionError):  # not plain: the check says that
        return ""
    sealed = _sealed().get(name, "")
    return _mixed(base64.b64decode(sealed), key).decode() if sealed else ""


def seal(exercise: str, seen: Any, text: str) -> tuple[str, str]:
    """Return a question's name and sealed text, as `questions.json` holds them."""
    name, key = _name_and_key(exercise, seen)
    return name, base64.b64encode(_mixed(text.encode(), key)).decode()


def alike(seen: Any) -> Any:
    """Return what a check saw without what differs between two ways to write the same.

    seen: plain data (see course.checks.plain).
    """
    if isinstance(seen, float):
        return float(f"{seen:.{DIGITS}g}")
    if isinstance(seen, list):
        return [alike(one) for one in seen]
    if isinstance(seen, dict):
        dropped = OWN_WORDS if "raised" in seen else ()
        return {name: alike(one) for name, one in seen.items() if name not in dropped}
    return seen


@cache
def _sealed() -> dict[str, str]:
    try:
        return json.loads(PATH.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a hint less; the check itself needs no file
        return {}


def _name_and_key(exercise: str, seen: Any) -> tuple[str, bytes]:
    text = json.dumps([exercise, alike(plain(seen))], sort_keys=True).encode()
    name = hashlib.sha256(b"name of " + text).hexdigest()[:16]
    return name, hashlib.sha256(b"key of " + text).digest()


def _mixed(text: bytes, key: bytes) -> bytes:
    """Return a text XOR the key's stream: sealed if it was open, open if it was sealed."""
    stream = hashlib.shake_256(key).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))
