"""The words of SQL: what is left of it without quoted text and comments."""

import re

HIDDEN = re.compile(r"'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


def words_of(sql):
    """Return the words of `sql` in capital letters, as a list, in their order.

    A word is a run of letters, digits and underscores. What stands in quotes ('…' or "…") or in
    comments (-- … or /* … */) is left out. Quotes and comments hide each other: the one that
    begins first counts. A doubled quote ('it''s') is two quoted texts next to each other.
    """
    return re.findall(r"\w+", HIDDEN.sub(" ", sql).upper())
