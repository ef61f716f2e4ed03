"""The seed of a submission's hidden inputs: what it is made of, and where checks find it.

Each submission is checked with inputs of its own, so that answers cannot be handed on; the same
submission always with the same ones, so that a grading can be repeated exactly.

The process that student code runs in imports this module: it holds no secret.
"""

import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import course.checks
from autograder.files import write_atomic


def salt_path(root: Path) -> Path:
    """Return the file of the course's salt, for the course in `root`."""
    return Path(root) / "grading" / "salt"


def salt(root: Path) -> bytes:
    """Return the course's secret that the seeds are made of: 32 bytes, made at the first grading.

    Raises CourseError when the file holds anything else.
    """
    path = salt_path(root)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, secrets.token_hex(32), mode=0o600, sync=True)
    text = path.read_text(errors="replace").strip()
    if not re.fullmatch("[0-9a-f]{64}", text):
        from autograder.errors import CourseError  # needs click, which the sandbox does without

        raise CourseError(
            f"{path}: not the 64 hexadecimal digits that were there: restore it from a copy (or "
            "move it away: then everybody's hidden inputs are drawn again)"
        )
    return bytes.fromhex(text)


def hidden_seed(salt: bytes, assignment: str, student: str, digest: str) -> int:
    """Return the seed of a submission, 0 to 2³² − 1: always the same, and not to be guessed.

    digest: the notebook's SHA-256. The seed is the beginning of an HMAC-SHA-256 (RFC 2104) with
    the salt as its key.
    """
    text = "\0".join((assignment, student, digest))
    return int.from_bytes(hmac.digest(salt, text.encode(), "sha256")[:4], "big")


@contextmanager
def hidden_inputs(seed: int | None) -> Iterator[None]:
    """Have `from course.checks import SEED` in a check give this seed inside the `with`.

    None: the course's own. The only way in which the runner, the judge and the audit set a seed.
    """
    own = course.checks.SEED
    course.checks.SEED = own if seed is None else seed
    try:
        yield
    finally:
        course.checks.SEED = own
