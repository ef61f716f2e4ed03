"""What we ask of Canvas' REST API, by way of canvasapi; each failure is one sentence.

https://developerdocs.instructure.com/services/canvas describes it: Submissions ("List assignment
submissions", "Grade or comment on multiple submissions", "Upload a file" to a comment), Progress,
Users, and Throttling: one request at a time is hardly ever refused, and one that is, with 403 (or
429), may be repeated later.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from autograder.errors import CourseError
from autograder.files import printable

try:
    from canvasapi.course import Course
    from canvasapi.exceptions import (
        CanvasException,
        Forbidden,
        InvalidAccessToken,
        RateLimitExceeded,
        ResourceDoesNotExist,
        Unauthorized,
    )
    from canvasapi.requester import Requester
    from canvasapi.submission import Submission
    from canvasapi.upload import Uploader
    from requests.adapters import HTTPAdapter
    from requests.exceptions import RequestException
except ImportError as error:
    raise CourseError(
        "Canvas needs the package canvasapi: pip install -c constraints.txt -e '.[canvas]'."
    ) from error

LOCAL = ("localhost", "127.0.0.1", "::1")
ANSWER = 60.0  # seconds to wait for an answer
PAUSES = (2.0, 10.0, 30.0)  # seconds before a request is repeated that Canvas was too busy for
POLLS = 300  # times that Canvas is asked whether it has written the grades
POLL = 1.0  # seconds between them
AGAIN = "run the same command again: what has arrived is not sent twice"


@dataclass(frozen=True)
class User:
    """A student as Canvas has them; "" for what it does not tell."""

    id: int
    name: str
    sis_user_id: str = ""
    login_id: str = ""
    email: str = ""


@dataclass(frozen=True)
class Standing:
    """What Canvas has for one student in the assignment."""

    score: float | None  # as it was entered, before Canvas' own late policy
    excused: bool = False
    deducted: float = 0.0  # by that policy


class Canvas:
    """One assignment in Canvas.

    url: "https://HOST". token: an access token of a teacher of the course.
    CourseError, here and from each method, if Canvas cannot be reached or refuses.
    """

    def __init__(self, url: str, token: str, course: int, assignment: int) -> None:
        self.url = url
        self.requester = _Requester(url, token)
        with self._asking():
            self.course = Course(self.requester, {"id": course})
            self.assignment = self.course.get_assignment(assignment)
            self.name = printable(str(self.assignment.name))
            self.points = float(self.assignment.points_possible or 0)
            self.grading_type = str(self.assignment.grading_type)
        self.numbers = (course, assignment)

    def students(self) -> list[User]:
        """Return the students of the course."""
        with self._asking():
            users = self.course.get_users(enrollment_type=["student"], include=["email"])
            return [
                User(user.id, *(_text(user, key) for key in ("sortable_name", *KEYS)))
                for user in users
            ]

    def standings(self) -> dict[int, Standing]:
        """Return what Canvas has for each student, by Canvas' number."""
        with self._asking():
            return {
                one.user_id: Standing(
                    getattr(one, "entered_score", getattr(one, "score", None)),
                    bool(getattr(one, "excused", False)),
                    float(getattr(one, "points_deducted", 0) or 0),
                )
                for one in self.assignment.get_submissions()
            }

    def grade(self, scores: Mapping[int, str]) -> None:
        """Write scores, by Canvas' numbers of the students; return when Canvas has written them."""
        with self._asking():
            data = {str(user): {"posted_grade": score} for user, score in scores.items()}
            progress = self.assignment.submissions_bulk_update(grade_data=data)
            for _ in range(POLLS):
                if progress.workflow_state in ("completed", "failed"):
                    break
                time.sleep(POLL)
                progress = progress.query()
        if progress.workflow_state == "failed":
            said = printable(str(getattr(progress, "message", None) or "no reason given"))
            raise CourseError(f"{self.url}: has not written all grades ({said}): {AGAIN}.")
        if progress.workflow_state != "completed":
            raise CourseError(
                f"{self.url}: has not written the grades after {POLLS * POLL:.0f} seconds: "
                f"wait some minutes, then {AGAIN}."
            )

    def attach(self, user: int, page: Path, text: str) -> None:
        """Comment on a student's submission, with a page attached."""
        course, assignment = self.numbers
        known = {"course_id": course, "assignment_id": assignment, "user_id": user}
        with self._asking():
            # Submission.upload_comment would comment without a text
            files = f"courses/{course}/assignments/{assignment}/submissions/{user}/comments/files"
            _, uploaded = Uploader(self.requester, files, page).start()
            comment = {"text_comment": text, "file_ids": [uploaded["id"]]}
            Submission(self.requester, known).edit(comment=comment)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what goes wrong into a CourseError. The token is in none of these errors' texts."""
        try:
            yield
        except InvalidAccessToken as error:
            raise CourseError(
                f"{self.url}: does not accept CANVAS_TOKEN: make a new one in Canvas, under "
                "Account → Settings → New Access Token."
            ) from error
        except ResourceDoesNotExist as error:
            raise CourseError(
                f"{self.url}: has no such course or assignment: the numbers stand in the address "
                "of the assignment's page, …/courses/12/assignments/34."
            ) from error
        except (Unauthorized, Forbidden) as error:
            if _is_throttled(error):
                raise CourseError(
                    f"{self.url}: is too busy (rate limit): wait some minutes, then {AGAIN}."
                ) from error
            raise CourseError(
                f"{self.url}: does not let the owner of CANVAS_TOKEN do this: use a token of a "
                "teacher of the course."
            ) from error
        except CanvasException as error:
            said = printable(" ".join(str(error).split()), 200)
            raise CourseError(f"{self.url}: refuses the request ({said}): {AGAIN}.") from error
        except (ValueError, KeyError, AttributeError) as error:  # also of what is no JSON
            raise CourseError(
                f"{self.url}: does not answer as Canvas does: correct --url or CANVAS_URL."
            ) from error
        except RequestException as error:
            kind = type(error).__name__
            raise CourseError(f"{self.url}: cannot be reached ({kind}): {AGAIN}.") from error


KEYS = ("sis_user_id", "login_id", "email")


def address(text: str) -> str:
    """Return "https://HOST" of an address of Canvas; CourseError if it is none, or not encrypted.

    Unencrypted, and without a token's secrecy, it may only be on this computer.
    """
    parts = urlsplit(text if "//" in text else f"https://{text}")
    local = parts.hostname in LOCAL
    if not parts.hostname or parts.scheme not in ("https", "http") or "@" in parts.netloc:
        raise CourseError(f"{text}: is not the address of a Canvas: write https://HOST.")
    if parts.scheme == "http" and not local:
        raise CourseError(f"{text}: would send CANVAS_TOKEN unencrypted: write https://.")
    return f"{parts.scheme}://{parts.netloc}"


class _Requester(Requester):
    """canvasapi's, with an end to waiting, and repeating what Canvas was too busy for."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Patient())

    def request(self, method: str, endpoint: str | None = None, **options: Any) -> Any:
        pauses = () if "file" in options else PAUSES  # a file that was read is at its end
        for pause in pauses:
            try:
                return super().request(method, endpoint, **options)
            except Forbidden as error:
                if not _is_throttled(error):
                    raise
                time.sleep(pause)
        return super().request(method, endpoint, **options)


class _Patient(HTTPAdapter):
    """requests' own, which would wait for an answer for ever."""

    def send(self, *arguments: Any, **options: Any) -> Any:
        return super().send(*arguments, **{**options, "timeout": ANSWER})


def _is_throttled(error: CanvasException) -> bool:
    return isinstance(error, RateLimitExceeded) or "Rate Limit Exceeded" in str(error)


def _text(user: Any, key: str) -> str:
    return str(getattr(user, key, None) or "")
