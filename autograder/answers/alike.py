"""Which answers are the same, or nearly the same, in their words."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

ALIKE = 0.8  # of 1: two answers to one question of several sentences come to about 0.1
MOST = 5  # that are named
LONGEST = 2000  # words that are compared


@lru_cache(maxsize=4096)  # a class's answers are compared each time that one is shown
def words(text: str) -> tuple[str, ...]:
    """Return a text's words in lower case, at most LONGEST: no punctuation, no markup."""
    return tuple(re.findall(r"\w+", text.casefold())[:LONGEST])


@lru_cache(maxsize=4096)
def _counts(text: str) -> Counter[str]:
    return Counter(words(text))


@lru_cache(maxsize=4096)
def digest(text: str) -> str:
    """Return the same short digest for all texts that have the same words in the same order."""
    every = " ".join(re.findall(r"\w+", text.casefold()))
    return hashlib.sha256(every.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def nearly(text: str, others: Mapping[str, str]) -> list[tuple[str, float]]:
    """Return (key, likeness) of the other texts that are much like this one, the most alike first.

    others: texts by key. The likeness is difflib's ratio over words, at least ALIKE; texts with the
    same words in the same order are left out, and at most MOST are returned.
    """
    own, counts, found = words(text), _counts(text), []
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(own)
    for key, other in others.items():
        theirs = words(other)
        shared = sum((counts & _counts(other)).values())
        if theirs == own or not theirs or 2 * shared / (len(own) + len(theirs)) < ALIKE:
            continue  # the ratio cannot be more than that
        matcher.set_seq1(theirs)
        if (likeness := matcher.ratio()) >= ALIKE:
            found.append((key, likeness))
    return sorted(found, key=lambda one: -one[1])[:MOST]
