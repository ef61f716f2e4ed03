"""The page's server: on this computer only, for whoever has the token.

The page itself holds no data. Its script takes the token from the address's fragment, which no
browser sends anywhere, and sends it with each request for data. Requests for another host's name
(DNS rebinding) or from another site's page are refused. All work is done by one thread, so that the
gradebook, and what is read of the class's files, belong to one.
"""

import asyncio
import json
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hmac import compare_digest
from importlib.resources import files
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import split_host_and_port
from tornado.web import Application, HTTPError, RequestHandler

from autograder.answers import alike, work
from autograder.answers.work import GRADED, WAITS, Answer, Desk, Grade, Question
from autograder.errors import CourseError
from autograder.gradebook.write import Changed
from autograder.pages import safe_html

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")  # that a request may call it by: a tunnel may have another port
BODY_BYTES = 200_000
PAGE = {
    "page.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Sitting:
    """What the command was asked for."""

    desk: Desk
    token: str
    grader: str  # unless the page says another
    question: str  # the grade id of the one to begin with; "" for the first
    part: tuple[int, int]  # of the answers: (1, 2) is the first half
    worker: ThreadPoolExecutor


class Handler(RequestHandler):
    """What is the same for every request."""

    sitting: Sitting

    def initialize(self, sitting: Sitting) -> None:
        self.sitting = sitting

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuse what does not come from this computer's own address."""
        host = self.request.host
        if split_host_and_port(host)[0] not in NAMES:
            raise HTTPError(403, reason="Open the address that the command has printed.")
        origin = self.request.headers.get("Origin")
        if origin != f"http://{host}" and (origin or self.request.method != "GET"):
            raise HTTPError(403, reason="A page of another site may not ask for this.")

    def write_error(self, status_code: int, **details: Any) -> None:
        self.finish({"error": self._reason})


class Page(Handler):
    """The page, its script and its style."""

    def get(self, name: str) -> None:
        name = name or "page.html"
        self.set_header("Content-Type", PAGE[name])
        self.finish(files("autograder.answers").joinpath("templates", name).read_bytes())


class Data(Handler):
    """What the page asks for; only for whoever has the token."""

    def prepare(self) -> None:
        super().prepare()
        given = self.request.headers.get("Authorization", "")
        if not compare_digest(given.encode(), f"Bearer {self.sitting.token}".encode()):
            raise HTTPError(403, reason="Open the address that the command has printed.")

    async def answer_with(self, ask: Callable[[], dict[str, Any]]) -> None:
        """Send what `ask` returns, called by the one thread that works; errors as one sentence."""
        loop = asyncio.get_running_loop()
        try:
            content = await loop.run_in_executor(self.sitting.worker, ask)
            self.set_status(409 if content.get("changed") else 200)
            await self.finish(content)
        except CourseError as error:
            self.set_status(400)
            await self.finish({"error": error.format_message()})

    def question(self) -> Question:
        return self.sitting.desk.question(self.get_query_argument("question", ""))


class Work(Data):
    """The assignment, its questions and rubrics, and what the command was asked for."""

    async def get(self) -> None:
        await self.answer_with(lambda: _work(self.sitting))


class Answers(Data):
    """All answers to a question, without their texts, and the comments used before."""

    async def get(self) -> None:
        def ask() -> dict[str, Any]:
            found = self.sitting.desk.answers(self.question())
            return {"answers": [_row(one) for one in found], "comments": work.comments(found)}

        await self.answer_with(ask)


class OneAnswer(Data):
    """One answer: GET what there is of it, POST a grade."""

    async def get(self, answer_id: str) -> None:
        await self.answer_with(lambda: _one(self.sitting.desk, self.question(), answer_id))

    async def post(self, answer_id: str) -> None:
        version, grade = _grade(self.request.body)

        def ask() -> dict[str, Any]:
            desk, question = self.sitting.desk, self.question()
            try:
                desk.grade(question, answer_id, version, grade)
            except Changed:  # nothing is written, and the page shows what there is now
                return {**_one(desk, question, answer_id), "changed": True}
            return _one(desk, question, answer_id)

        await self.answer_with(ask)


def _work(sitting: Sitting) -> dict[str, Any]:
    desk = sitting.desk
    return {
        "assignment": desk.assignment,
        "grader": sitting.grader,
        "part": sitting.part,
        "question": desk.question(sitting.question).cell,
        "questions": [
            {
                "cell": question.cell,
                "notebook": desk.title(question.notebook),
                "title": question.title,
                "points": question.points,
                "text": safe_html.markdown(question.text),
                "notes": safe_html.markdown(question.rubric.notes),
                "items": [
                    {"text": safe_html.markdown(item.text), "points": item.points}
                    for item in question.rubric.items
                ],
            }
            for question in desk.questions
        ],
    }


def _row(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "group": answer.group,
        "status": answer.status,
        "grader": answer.grader,
        "points": answer.given.points,
        "comment": answer.given.comment,
        "version": answer.version,
    }


def _one(desk: Desk, question: Question, answer_id: str) -> dict[str, Any]:
    found = desk.answers(question)
    answer = desk.find(found, answer_id)
    entry = answer.entry if answer.holds else None
    ticks = entry.ticks if entry and entry.rubric == question.rubric.digest else ()
    others = {one.id: one.text or "" for one in found if one.group != answer.group}
    near = alike.nearly(answer.text or "", others)
    points = {one.id: one.given.points for one in found}
    return {
        **_row(answer),
        "text": _html(desk, question, answer),
        "name": answer.name,
        "ticks": ticks,
        "when": entry.when if entry else "",
        "note": _note(answer),
        "alike": [
            {"id": one, "likeness": likeness, "points": points[one]} for one, likeness in near
        ],
    }


def _html(desk: Desk, question: Question, answer: Answer) -> str:
    if answer.text is None:
        return f"<p>Its notebook cannot be read: run autograder grade {desk.assignment} again.</p>"
    if answer.is_code:
        return f"<pre>{safe_html.code(answer.text)}</pre>"
    return safe_html.markdown(answer.text, desk.attachments(answer, question))


def _note(answer: Answer) -> str:
    """Return what to know about where a grade comes from, "" if it was given here and holds."""
    points, entry = answer.given.points, answer.entry
    has = "no points" if points is None else f"{points:g} points"
    if entry and not answer.holds:
        before = "took the grade back" if entry.points is None else f"gave {entry.points:g} points"
        return (
            f"{entry.grader} {before} here, but the gradebook has another grade or comment, "
            f"and that counts: {has}."
        )
    if answer.status == WAITS and points is not None:
        return f"It waits again: it changed after it got {has}. Save to confirm them."
    if answer.status == GRADED and not entry:
        return "It was not graded here, but in formgrader or by another program."
    return ""


def _grade(body: bytes) -> tuple[str, Grade]:
    """Return the version that was seen and the grade of a request; HTTPError if it is not one."""
    try:
        content = json.loads(body)
        points = content["points"]
        return str(content["version"]), Grade(
            None if points is None else float(points),
            _text(content["comment"]),
            tuple(map(float, content["ticks"])),
            _text(content["grader"]).strip(),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise HTTPError(400, reason="This is not a grade: reload the page.") from error


def _text(value: Any) -> str:
    """Return a text that every database takes: no half characters, no NUL."""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "")


def application(sitting: Sitting) -> Application:
    """Return the tornado application of a sitting."""
    given = {"sitting": sitting}
    names = "|".join(PAGE)
    return Application(
        [
            (rf"/({names})?", Page, given),
            (r"/api/work", Work, given),
            (r"/api/answers", Answers, given),
            (r"/api/answers/([0-9a-f]+)", OneAnswer, given),
        ],
        default_handler_class=Page404,
        default_handler_args=given,
        log_function=lambda handler: None,  # a line a request would bury the address
    )


class Page404(Handler):
    """Any other address."""

    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404, reason="There is no such page.")


def listening(port: int) -> socket.socket:
    """Return a socket that listens on this computer; CourseError if the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sys.platform != "win32")
    try:
        listener.bind((ADDRESS, port))
    except OSError as error:
        listener.close()
        raise CourseError(
            f"--port {port}: cannot be listened on ({error.strerror}): choose another, or leave "
            "it out."
        ) from error
    listener.listen(128)
    listener.setblocking(False)
    return listener


def serve(
    make_desk: Callable[[], Desk],
    grader: str,
    question: str,
    part: tuple[int, int],
    listener: socket.socket,
    started: Callable[[str, str], None],
) -> None:
    """Serve the page until the command is interrupted or told to end.

    make_desk: is called by the thread that does the work. started: called with the address and the
    assignment's name once the page can be opened. CourseError if there is nothing to grade.
    """
    with listener, ThreadPoolExecutor(1) as worker:
        desk = worker.submit(make_desk).result()
        try:
            worker.submit(desk.question, question).result()
            sitting = Sitting(desk, secrets.token_urlsafe(24), grader, question, part, worker)
            asyncio.run(_serve(sitting, listener, started))
        finally:
            worker.submit(desk.close).result()


async def _serve(
    sitting: Sitting, listener: socket.socket, started: Callable[[str, str], None]
) -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(one, ended.set)
        except NotImplementedError:  # Windows: an interrupt raises KeyboardInterrupt
            break
    server = HTTPServer(application(sitting), max_body_size=BODY_BYTES)
    server.add_socket(listener)
    port = listener.getsockname()[1]
    started(f"http://{ADDRESS}:{port}/#{sitting.token}", sitting.desk.assignment)
    try:
        await ended.wait()
    finally:
        server.stop()
        await server.close_all_connections()
