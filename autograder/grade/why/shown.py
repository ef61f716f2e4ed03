"""What of a case may be shown to a student.

A student's code can put anything into what a check saw, and the judge's sentence quotes it. Code
that looks at its callers is answered with the rule alone. Otherwise the sentence is shown if what
is new in it is little: new is what neither the worked solution gave nor the check's inputs hold.
"""

import builtins
import re
from collections.abc import Iterable
from typing import Any

from autograder.files import printable
from autograder.grade.why.bench import Case

LOOKS_AROUND = re.compile(
    r"\b(_getframe|currentframe|[fgt]i?[bc]?_(back|frame|locals|globals|builtins|code|next)|"
    r"(cr|ag|gi)_(frame|code)|co_\w+|settrace|setprofile|gc|inspect|ctypes|linecache|traceback|"
    r"__(globals|code|closure|builtins|subclasses|traceback|main)__|get_objects|get_referrers|"
    r"walk_stack|user_ns|get_ipython)\b"
)
LENGTH = 700  # letters of a sentence
NEW = 120  # letters of it that come from the student's code only
NEW_TEXT = 24  # letters of one text that a student's code has made
WORD = re.compile(r"[^\W_]+")


def looks_around(texts: Iterable[str]) -> bool:
    """Return whether code reads frames or other things that no solution needs."""
    return any(LOOKS_AROUND.search(text) for text in texts)


def sentence(case: Case, trusted: Any, own: Iterable[str]) -> str:
    """Return the sentence on a case, "" if it cannot be shown.

    trusted: what the check saw of the worked solution. own: the texts of the student's cells.
    """
    written = " ".join(own)  # what they wrote themselves is no news to them
    known = f"{case.changed!r} {trusted!r} {case.check.judge} {case.check.draw} {written}"
    if case.is_error:
        if not hasattr(builtins, case.kind) and case.kind not in WORD.findall(written):
            return ""
        said = case.message.strip().splitlines()
        text = f"your code raised {case.kind}{': ' + said[0] if said else ''}"
    elif case.kind == "AssertionError":
        text = case.message
    else:
        return ""
    fresh = set(WORD.findall(text)) - set(WORD.findall(known))
    if not case.is_error and sum(len(word) for word in WORD.findall(text) if word in fresh) > NEW:
        return ""
    if case.is_error and len(text) > LENGTH // 3:
        return ""
    new = [each for each in _texts(case.seen) - _texts(trusted) if each not in written]
    if any(len(each) > NEW_TEXT and each in text for each in new):
        return ""
    return printable(text, LENGTH)


def _texts(seen: Any) -> set[str]:
    """Return all texts in plain data, those of keys too."""
    if isinstance(seen, str):
        return {seen}
    if isinstance(seen, dict):
        return set(seen) | set().union(*map(_texts, seen.values()))
    if isinstance(seen, (list, tuple)):
        return set().union(*map(_texts, seen))
    return set()
