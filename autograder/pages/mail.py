"""Links that open a mail: to one student, or to many who do not see each other."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

ADDRESS = re.compile(r"[^@\s,;<>?&\"]+@[^@\s,;<>?&\"]+")
TOGETHER = 40  # addresses of one link: some mail programs cut a longer one off


def to_one(address: str, subject: str) -> str:
    """Return a link for a mail to a student, "" if there is no address."""
    if not ADDRESS.fullmatch(address):
        return ""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject)}"


def to_all(addresses: Iterable[str], subject: str) -> Iterator[tuple[str, str]]:
    """Yield (words, link) for mails to all of them, in bcc; several if they are many."""
    known = sorted({address for address in addresses if ADDRESS.fullmatch(address)})
    for start in range(0, len(known), TOGETHER):
        some = known[start : start + TOGETHER]
        bcc = ",".join(quote(address, safe="@") for address in some)
        words = (
            "mail to all" if len(known) <= TOGETHER else f"mail to {start + 1}–{start + len(some)}"
        )
        yield words, f"mailto:?bcc={bcc}&subject={quote(subject)}"
