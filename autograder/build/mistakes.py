"""The mistakes that the course knows: the wrong submissions under tests/submissions/.

Each begins with three comments: the check that it loses, a sentence for teachers, and a question
that leads a student on without telling the answer.

    # loses: round_robin_hidden
    # remembers the place in the list, not the name
    # asks: A server joins at the front of the list. Whose turn is it now?
"""

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.build import markers

LOSES, ASKS = "# loses: ", "# asks: "


@dataclass(frozen=True)
class Mistake:
    """A wrong way to write an exercise."""

    name: str
    """Of its file, such as wrong_last_of_equals."""
    loses: str
    """The grade id of the check that notices it first."""
    sentence: str
    question: str

    @property
    def hidden(self) -> bool:
        """Whether only a hidden check notices it."""
        return markers.is_hidden(self.loses)


def folder(root: Path, name: str) -> Path:
    """Return where the submissions of a notebook's exercises are."""
    return Path(root) / "tests" / "submissions" / name


def mistakes(root: Path, name: str, exercise: str) -> list[Mistake]:
    """Return the mistakes in an exercise that have a sentence, by the files' names."""
    found = []
    for path in sorted((folder(root, name) / exercise).glob("wrong_*.py")):
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        said: dict[bool, list[str]] = {False: [], True: []}
        asks = False
        for line in lines:
            if not line.startswith("# "):
                break
            asks = asks or line.startswith(ASKS)
            said[asks].append(line.removeprefix(ASKS).removeprefix("# "))
        if said[False]:
            sentence, question = (" ".join(said[which]) for which in (False, True))
            found.append(Mistake(path.stem, first.removeprefix(LOSES), sentence, question))
    return found


def fingerprints_path(root: Path, name: str) -> Path:
    """Return the file that `autograder mistakes` writes for a notebook."""
    return folder(root, name) / "fingerprints.json"


def fingerprints(root: Path, name: str) -> dict[str, dict[str, list[str]]]:
    """Return {exercise: {fingerprint: names of the mistakes that have it}}, {} if there are none.

    ValueError if the file is damaged.
    """
    try:
        return json.loads(fingerprints_path(root, name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
