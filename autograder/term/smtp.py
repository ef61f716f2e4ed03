"""Messages sent through a mail server, one after the other, each recorded when it is taken.

The table [mail] in grading/class.toml names the server; a password is never written there:

    [mail]
    host = "mail.example.org"
    security = "starttls"       # or "ssl"; "none" only for a server on this computer
    port = 587
    user = "grace"              # if the server asks for one
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass
from email.utils import localtime, make_msgid
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.files import reason
from autograder.term import sent
from autograder.term.mail import Letter

PASSWORD = "AUTOGRADER_MAIL_PASSWORD"
"""The environment variable that holds the password."""
PORTS = {"starttls": 587, "ssl": 465, "none": 25}
LOCAL = ("localhost", "127.0.0.1", "::1")
PATIENCE = 60.0  # seconds to wait for the server's next word


@dataclass(frozen=True)
class Server:
    """A mail server and how to speak with it."""

    host: str
    port: int
    security: str  # a key of PORTS
    user: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server(mail: Mapping[str, Any]) -> Server:
    """Return the server that the table [mail] names; CourseError if it names none."""
    host, security = mail.get("host", ""), mail.get("security", "starttls")
    if not host:
        raise CourseError(
            '--send: no mail server is known: write host = "mail.example.org" below [mail] in '
            "grading/class.toml."
        )
    if security not in PORTS:
        raise CourseError(
            f"grading/class.toml: [mail] security = {security!r}: write one of {', '.join(PORTS)}."
        )
    if security == "none" and host not in LOCAL:
        raise CourseError(
            f"grading/class.toml: [mail] security = 'none': only for a server on this computer, "
            f"and {host} is another: write 'starttls' or 'ssl'."
        )
    return Server(host, mail.get("port", PORTS[security]), security, mail.get("user", ""))


def send(
    root: Path, to: Server, password: str, letters: Sequence[Letter]
) -> Iterator[tuple[Letter, str]]:
    """Send the messages; yield each with "", or with why the server refuses its address.

    What the server took is in grading/sent.csv before the next one is sent. CourseError if the
    server cannot be used, or ends the conversation: it says who got theirs.
    """
    got: list[str] = []
    try:
        with _connected(to, password) as connection:
            for letter in letters:
                try:
                    connection.send_message(_dated(letter))
                except smtplib.SMTPRecipientsRefused as error:
                    yield letter, _said(*error.recipients.values())
                    continue
                got.append(letter.student)
                _record(root, letter)
                yield letter, ""
    except smtplib.SMTPAuthenticationError as error:
        raise CourseError(
            f"{to}: does not accept the user {to.user!r} with this password "
            f"({_said(error.args)}): correct [mail] in grading/class.toml, or {PASSWORD}."
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        theirs = f"sent to {', '.join(got)}; " if got else "nothing was sent to anyone: "
        rest = ", ".join(one.student for one in letters if one.student not in got)
        own = isinstance(error, smtplib.SMTPException) or not error.strerror
        said = _said(error.args) if own else error.strerror
        raise CourseError(
            f"{to}: {said}: {theirs}{rest} did not get theirs: run the same command again, and "
            "who has it is left out."
        ) from error


def _record(root: Path, letter: Letter) -> None:
    try:
        sent.add(root, letter.went)
    except OSError as error:
        raise CourseError(
            f"{reason(error, sent.path_of(root))}: {letter.student} got theirs, and this could not "
            "be written down: make room, and add --student for each of the others."
        ) from error


@contextmanager
def _connected(to: Server, password: str) -> Iterator[smtplib.SMTP]:
    """Give a connection that is encrypted, unless the server is on this computer, and logged in."""
    context = ssl.create_default_context()
    if to.security == "ssl":
        connection = smtplib.SMTP_SSL(to.host, to.port, timeout=PATIENCE, context=context)
    else:
        connection = smtplib.SMTP(to.host, to.port, timeout=PATIENCE)
    try:
        if to.security == "starttls":
            connection.starttls(context=context)
        if to.user:
            connection.login(to.user, password)
        yield connection
        with suppress(smtplib.SMTPException):  # all is sent
            connection.quit()
    finally:
        connection.close()


def _dated(letter: Letter) -> Any:
    """Return a message as it is sent: no draft any more, with the date and an id of its own."""
    message = deepcopy(letter.message)
    del message["X-Unsent"]
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=message["From"].addresses[0].domain)
    return message


def _said(*answers: Any) -> str:
    """Return what a server said, from the (code, text) of an error's arguments."""
    words = []
    for answer in answers:
        for part in answer if isinstance(answer, tuple) else (answer,):
            words.append(part.decode(errors="replace") if isinstance(part, bytes) else str(part))
    return " ".join(" ".join(words).split())
