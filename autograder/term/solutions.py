"""Whether it is time to give out the worked solution of an assignment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import CourseError
from autograder.gradebook import read


def refuse_too_early(
    root: Path,
    names: Sequence[str],
    after: datetime | None = None,
    *,
    even_now: bool = False,
    now: datetime | None = None,
) -> None:
    """Raise CourseError, which names the date, if a notebook's solution must not be out yet.

    That is before `after`, and before it is due for every student of the class, extensions counted.
    even_now: whatever those dates are; `after` still holds. now: default, this moment.
    """
    now = now or datetime.now(UTC)
    if after and now < after:
        raise CourseError(f"nothing was published: it is not {_shown(after)} yet (--after).")
    if even_now:
        return
    roster = read.roster(root)
    people = {student.id for student in roster.students} | {who for _, who in roster.extensions}
    for name in names:
        due = roster.deadline("", name)
        if not due:
            continue
        deadlines = {who: roster.deadline(who, name) or due for who in sorted(people)}
        last = max(deadlines, key=lambda who: deadlines[who], default="")
        until = max(due, deadlines.get(last, due))
        if now < until:
            why = f"{last}'s extension ends" if until > due else "it is due"
            raise CourseError(
                f"{name}: nothing was published: {why} {_shown(until)}; wait until then, or add "
                "--now to give its worked solution out before that."
            )


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
