"""Feedback that goes out: zips that Canvas and Moodle take back, and messages."""

import csv
import email
import errno
import ipaddress
import os
import re
import shutil
import ssl
import zipfile
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.collect import lms
from autograder.files import write_atomic
from autograder.term import mail, smtp
from autograder.term.feedback_zip import packed
from autograder.term.settings import path_of
from tests.lms_class import ADA, BEN, CLEO, EVA, NAME, POINTS, WHOLE, make_class

HTML = f"{NAME}.html"
FROM = "Grace Hopper <grace@example.org>"
ADDRESSES = {ADA: "ada@example.org", BEN: "ben@example.org", EVA: "eva@example.org"}
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return make_class(tmp_path_factory.mktemp("class"))


@pytest.fixture
def course(graded, tmp_path):
    return Path(shutil.copytree(graded.parent, tmp_path / "class")) / "course"


@pytest.fixture
def mailed(course):
    """The course, where all but cleo have an e-mail address."""
    address_them(course, ADDRESSES)
    return course


def address_them(course, addresses):
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        for student, address in addresses.items():
            gradebook.update_or_create_student(student, email=address)


def run(course, *words, typed=None, command="feedback"):
    root = ["--root", str(course)]
    name = [NAME] if command == "feedback" else []
    ran = CliRunner().invoke(main, [command, *name, *map(str, words), *root], input=typed)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran


def well(course, *words, **options):
    ran = run(course, *words, **options)
    assert ran.exit_code == 0, ran.output
    return ran.output


def sentence_of(ran):
    assert ran.exit_code == 1, ran.output
    said = [line for line in ran.output.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1, ran.output
    return said[0]


def page(course, student):
    return (course / "grading" / "feedback" / student / NAME / HTML).read_bytes()


# zips


def as_canvas(name, handed_in):
    """Return whose page this is by Canvas' rule: (user, file) of what was handed in, or None.

    handed_in: {user: numbers of the files of their newest attempt}.
    """
    parts = [part for part in name.split("/")[-1].split("_") if part != "LATE"]
    user, file = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
    return user if file in handed_in.get(user, ()) and not parts[-1].startswith("link") else None


def as_moodle(name, participants):
    """Return (participant, the name under which they see it) by Moodle's rule, or None."""
    parts = name.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) >= 4 and info[1].isdecimal() and info[1] in participants:
            if info[2:4] != ["assignsubmission", "file"]:
                continue
            rest = "/".join([*info[4:], *parts]).strip("/")
            return None if rest.startswith((".", "~")) else (info[1], rest)
    return None


def unzipped(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_canvas_finds_whose_each_page_is(course):
    said = well(course, "--zip", "canvas")
    handed_in = {"12345": {"1001"}, "12346": {"900"}}  # ada's newest attempt, not her first
    found = unzipped(course / "grading" / f"{NAME}-feedback-canvas.zip")
    given = {as_canvas(name, handed_in): data for name, data in found.items()}
    assert given == {"12345": page(course, ADA), "12346": page(course, BEN)}
    assert all(name.endswith(".html") for name in found)
    assert "the feedback of 2 students, for Canvas" in said
    assert f"Left out, as it is not known which file in Canvas is theirs: {EVA}, {CLEO}." in said


def test_moodle_finds_whose_each_page_is(course, tmp_path):
    to = tmp_path / "back.zip"
    said = well(course, "--zip", "moodle", "--to", to)
    given = {as_moodle(name, {"471"}): data for name, data in unzipped(to).items()}
    assert given == {("471", HTML): page(course, EVA)}
    assert f"is theirs: {CLEO}, {ADA}, {BEN}." in said


def test_the_same_pages_make_the_same_zip(course, tmp_path):
    for name in ("one.zip", "two.zip"):
        well(course, "--zip", "canvas", "--to", tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    written = course / "grading" / "feedback" / ADA / NAME / HTML
    before = packed({"ada.html": written})
    os.utime(written, (10**9, 10**9))
    assert packed({"ada.html": written}) == before


def test_only_one_students_page(course, tmp_path):
    well(course, "--zip", "canvas", "--student", BEN, "--to", tmp_path / "ben.zip")
    assert list(unzipped(tmp_path / "ben.zip").values()) == [page(course, BEN)]


def test_what_cannot_be_zipped_is_one_sentence_and_no_file(course, tmp_path):
    to = tmp_path / "none.zip"
    (lms.path_of(course)).unlink()
    said = sentence_of(run(course, "--zip", "canvas", "--to", to))
    assert f"no file of {NAME} is known to come from Canvas" in said and not to.exists()
    well(course, course.parent / "downloads", command="collect")  # as the sentence says
    assert "2 students" in well(course, "--zip", "canvas", "--to", to)
    said = sentence_of(run(course, "--zip", "canvas", "--to", tmp_path / "no" / "x.zip"))
    assert "the archive is not written" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--zip", "canvas", "--mail"], "give one of them"),
        (["--send"], "--send: add --mail"),
        (["--mail", "--yes"], "add --send"),
        (["--to", "x"], "add --zip or --mail"),
        (["--mail"], "who are the messages from?"),
        (["--mail", "--from", "Grace"], "--from Grace: write it as"),
        (["--mail", "--from", "a@b.org\nBcc: c@d.org"], "write it as"),
        (["--mail", "--from", FROM, "--send"], "no mail server is known"),
    ],
)
def test_options_that_do_not_fit_are_one_sentence(graded, words, says):
    assert says in sentence_of(run(graded, *words))
    assert not (graded / "grading" / "mail").exists()


def test_the_way_back_needs_no_class_list(course):
    """Canvas finds its students by the number that stood in the file's name."""
    to = course / "canvas.csv"
    well(course, "--format", "canvas", "--to", to, command="export")
    with open(to, encoding="utf-8", newline="") as file:
        rows = {row["ID"]: row for row in csv.DictReader(file)}
    assert float(rows["12345"][NAME]) == POINTS[ADA] and rows["12345"]["SIS User ID"] == ""
    assert float(rows["12346"][NAME]) == POINTS[BEN]
    to = course / "moodle.csv"
    well(course, "--format", "moodle", "--to", to, command="export")
    with open(to, encoding="utf-8", newline="") as file:
        rows = {row["Last name"]: row for row in csv.DictReader(file)}
    assert float(rows["Eva Klein"][f"{NAME} (Real)"]) == POINTS[EVA]


# messages


def drafts(folder):
    return {
        path.stem: email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(folder.glob("*.eml"))
    }


def test_a_message_has_the_points_what_is_missing_and_the_page(mailed):
    said = well(mailed, "--mail", "--from", FROM)
    found = drafts(mailed / "grading" / "mail" / NAME)
    assert set(found) == {ADA, BEN, EVA}
    for student, message in found.items():
        assert message["To"].addresses[0].addr_spec == ADDRESSES[student]
        assert str(message["From"]) == FROM and message["X-Unsent"] == "1"
        assert message["Subject"] == f"Feedback on {NAME}" and not message.defects
        text = message.get_body(("plain",)).get_content()
        assert f"is graded: {POINTS[student]} of {WHOLE} points." in text
        (attached,) = message.iter_attachments()
        assert attached.get_filename() == HTML and attached.get_content_type() == "text/html"
        assert attached.get_payload(decode=True) == page(mailed, student)
    text = {
        student: message.get_body(("plain",)).get_content() for student, message in found.items()
    }
    assert "waits for a person" in text[BEN] and "waits for a person" not in text[ADA]
    assert "- beta: 0 of 6" in text[BEN] and "- gamma: 0 of 5" in text[EVA]
    assert "alpha" not in text[BEN] and "explain" not in text[BEN]
    assert "Hello Eva Klein," in text[EVA]
    assert f"No message for {CLEO}: no e-mail address is known." in said


def test_the_classs_own_settings(mailed):
    lines = ["[due]", "x = 1", "[mail]", 'from = "Grace <g@example.org>"']
    lines += ['subject = "{assignment}: read"']
    path_of(mailed).write_text("\n".join(lines), encoding="utf-8")
    well(mailed, "--mail")
    message = drafts(mailed / "grading" / "mail" / NAME)[ADA]
    assert message["Subject"] == f"{NAME}: read" and str(message["From"]) == "Grace <g@example.org>"
    well(mailed, "--mail", "--from", FROM, "--subject", "Other")
    message = drafts(mailed / "grading" / "mail" / NAME)[ADA]
    assert message["Subject"] == "Other" and str(message["From"]) == FROM


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[mail]\npassword = 'x'", "has no setting 'password'"),
        ("[mail]\nport = 'x'", "port = 'x': must be a whole number"),
        ("[mail", "class.toml: cannot be read"),
        ("mail = 3", "write it as a table, [mail]"),
        ("[mail]\nfrom = 'Grace'", "[mail] from = Grace: write it as"),
        ("[mail]\nfrom = 'g@example.org'\nhost = 'h'\nsecurity = 'tls'", "write one of starttls"),
        ("[mail]\nfrom = 'g@example.org'\nhost = 'h'\nsecurity = 'none'", "and h is another"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(graded, tmp_path, text, says):
    course = shutil.copytree(graded, tmp_path / "course")
    path_of(course).write_text(text, encoding="utf-8")
    assert says in sentence_of(run(course, "--mail", "--send"))
    assert not (course / "grading" / "mail").exists()


HOSTILE = {
    ADA: "ada@example.org\nBcc: all@example.org",
    BEN: "ben@example.org, all@example.org",
    EVA: "eva",
    CLEO: "Cleo <cleo@example.org>",
}


def test_no_header_comes_in_through_a_name_or_an_address(mailed):
    address_them(mailed, HOSTILE)
    ran = run(mailed, "--mail", "--from", FROM)
    assert ran.exit_code == 0 and ran.output.count("is not an e-mail address") == len(HOSTILE)
    assert not drafts(mailed / "grading" / "mail" / NAME)
    address_them(mailed, ADDRESSES)
    names = {"first_name": "Ada\r\nBcc: all@example.org", "last_name": '"<x@y>'}
    with Gradebook(f"sqlite:///{mailed / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_student(ADA, **names)
    subject = "Grades\r\nBcc: all@example.org"
    well(mailed, "--mail", "--from", FROM, "--subject", subject)
    message = drafts(mailed / "grading" / "mail" / NAME)[ADA]
    assert message["Bcc"] is None and [one.addr_spec for one in message["To"].addresses] == [
        ADDRESSES[ADA]
    ]
    head = (mailed / "grading" / "mail" / NAME / f"{ADA}.eml").read_bytes().split(b"\r\n\r\n")[0]
    assert not re.search(rb"(?mi)^bcc", head) and b"\n" not in head.replace(b"\r\n", b"")


def test_nobody_gets_a_page_at_an_address_of_two(mailed):
    address_them(mailed, {EVA: ADDRESSES[ADA].upper()})
    said = well(mailed, "--mail", "--from", FROM)
    assert set(drafts(mailed / "grading" / "mail" / NAME)) == {BEN}
    assert said.count("is also the address of another student") == 2


def test_a_folder_of_messages_holds_those_of_this_run_only(mailed, tmp_path):
    well(mailed, "--mail", "--from", FROM)
    well(mailed, "--mail", "--from", FROM, "--student", BEN)
    assert set(drafts(mailed / "grading" / "mail" / NAME)) == {BEN}
    to = tmp_path / "letters"
    well(mailed, "--mail", "--from", FROM, "--to", to)
    before = {path: path.read_bytes() for path in to.iterdir()}
    said = sentence_of(run(mailed, "--mail", "--from", FROM, "--to", to))
    assert "is not empty" in said
    assert {path: path.read_bytes() for path in to.iterdir()} == before


def test_messages_are_all_written_or_none(mailed, tmp_path, monkeypatch):
    def full(path, data):
        if path.stem == BEN:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write_atomic(path, data)

    monkeypatch.setattr(mail, "write_atomic", full)
    to = tmp_path / "letters"
    said = sentence_of(run(mailed, "--mail", "--from", FROM, "--to", to))
    assert "No space left" in said and "the messages are not written" in said
    assert list(to.iterdir()) == []


# sending


class Inbox(Message):
    """What a mail server took; it refuses some addresses, and ends after some messages."""

    def __init__(self, refused=(), most=99):
        super().__init__()
        self.refused, self.most, self.taken, self.logins = refused, most, [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if len(self.taken) >= self.most:
            return "421 too many messages in an hour"
        return await super().handle_DATA(server, session, envelope)

    def handle_message(self, message):
        self.taken.append(email.message_from_bytes(message.as_bytes(), policy=policy.default))

    def to(self):
        return [message["To"].addresses[0].addr_spec for message in self.taken]


class AnyPort(Controller):
    """A server on whatever port is free: its own controller asks the port 0 whether it is up."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def server(request, mailed):
    """Start servers on loopback whose inbox is given; write them into the class's settings."""

    def start(inbox, security="none", **options):
        controller = AnyPort(inbox, hostname="127.0.0.1", port=0, **options)
        controller.start()
        request.addfinalizer(controller.stop)
        lines = ["[mail]", f'from = "{FROM}"', 'host = "127.0.0.1"', f"port = {controller.port}"]
        lines += [f'security = "{security}"'] + ['user = "grace"'] * ("authenticator" in options)
        path_of(mailed).write_text("\n".join(lines), encoding="utf-8")
        return inbox

    return start


def sent_rows(course):
    path = course / "grading" / "sent.csv"
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["student"], row["way"], row["to"]) for row in csv.DictReader(file)]


def test_nothing_is_sent_without_a_yes(mailed, server):
    inbox = server(Inbox())
    well(mailed, "--mail")
    said = well(mailed, "--mail", "--send", typed="n\n")
    assert f"{ADA}  {ADDRESSES[ADA]}" in said and "Send 3 messages from Grace Hopper" in said
    assert "Nothing was sent." in said and not inbox.taken and not sent_rows(mailed)


def test_what_was_sent_is_sent_once(mailed, server):
    inbox = server(Inbox())
    assert "sent 3 messages" in well(mailed, "--mail", "--send", typed="y\n")
    assert sorted(inbox.to()) == sorted(ADDRESSES.values())
    assert sorted(sent_rows(mailed)) == sorted(
        (student, "mail", address) for student, address in ADDRESSES.items()
    )
    for message in inbox.taken:
        assert message["X-Unsent"] is None and message["Date"].datetime.year >= 2026
        assert message["Message-ID"] and message["From"] == FROM
        assert len(list(message.iter_attachments())) == 1
    said = well(mailed, "--mail", "--send", "--yes")
    assert "0 messages" in said and "was sent before" in said and len(inbox.taken) == 3
    with Gradebook(f"sqlite:///{mailed / 'grading' / 'gradebook.db'}") as gradebook:
        answer = gradebook.find_grade("explain", NAME, NAME, BEN)
        answer.manual_score, answer.needs_manual_grade = 3, False
        gradebook.db.commit()
    well(mailed, "--mail", "--send", "--yes")  # ben's page says something new
    assert inbox.to()[3:] == [ADDRESSES[BEN]]
    well(mailed, "--mail", "--send", "--yes", "--again", "--student", ADA)
    assert inbox.to()[4:] == [ADDRESSES[ADA]]
    assert len({message["Message-ID"] for message in inbox.taken}) == 5


def test_an_end_in_the_middle_names_who_got_theirs(mailed, server):
    inbox = server(Inbox(most=1))
    said = sentence_of(run(mailed, "--mail", "--send", "--yes"))
    first, *rest = sorted(ADDRESSES)
    assert "421 too many messages" in said
    assert f"sent to {first}; {', '.join(rest)} did not get theirs" in said
    inbox.most = 99
    well(mailed, "--mail", "--send", "--yes")
    assert inbox.to() == [ADDRESSES[student] for student in (first, *rest)]


def test_a_refused_address_keeps_nobody_else_from_theirs(mailed, server):
    inbox = server(Inbox(refused=(ADDRESSES[ADA],)))
    ran = run(mailed, "--mail", "--send", "--yes")
    assert "1 address were refused" not in ran.output
    assert "1 address was refused" in sentence_of(ran)
    assert f"{ADA}: not sent: {ADDRESSES[ADA]}: 550 no such mailbox" in ran.output
    assert sorted(inbox.to()) == sorted([ADDRESSES[BEN], ADDRESSES[EVA]])
    assert {row[0] for row in sent_rows(mailed)} == {BEN, EVA}


def test_a_server_that_is_not_there_is_one_sentence(mailed, server):
    server(Inbox())
    text = re.sub(r"port = \d+", "port = 1", path_of(mailed).read_text(encoding="utf-8"))
    path_of(mailed).write_text(text, encoding="utf-8")
    said = sentence_of(run(mailed, "--mail", "--send", "--yes"))
    assert "127.0.0.1:1: Connection refused: nothing was sent to anyone" in said


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate of 127.0.0.1 that signs itself; return its file and the context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def with_password(inbox, password):
    def authenticator(server, session, envelope, mechanism, data):
        inbox.logins.append((data.login, data.password))
        return AuthResult(success=data.password == password, handled=False)

    return {"authenticator": authenticator}


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_password_goes_through_encryption_only(
    mailed, server, certificate, monkeypatch, security
):
    path, context = certificate
    encrypted = "tls_context" if security == "starttls" else "ssl_context"
    inbox = Inbox()
    options = {encrypted: context, **with_password(inbox, b"s3cret")}
    options |= {"require_starttls": True} if security == "starttls" else {"auth_require_tls": False}
    server(inbox, security, **options)
    said = sentence_of(run(mailed, "--mail", "--send", "--yes"))
    assert f"set {smtp.PASSWORD}" in said
    monkeypatch.setenv(smtp.PASSWORD, "s3cret")
    said = sentence_of(run(mailed, "--mail", "--send", "--yes"))
    assert "certificate verify failed" in said and not inbox.logins  # a stranger's server
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv(smtp.PASSWORD, "wrong")
    ran = run(mailed, "--mail", "--send", "--yes")
    assert "does not accept the user 'grace'" in sentence_of(ran) and "wrong" not in ran.output
    monkeypatch.setenv(smtp.PASSWORD, "s3cret")
    assert "sent 3 messages" in well(mailed, "--mail", "--send", "--yes")
    assert inbox.logins[-1] == (b"grace", b"s3cret") and len(inbox.taken) == 3


def test_a_server_without_encryption_gets_no_password(mailed, server, monkeypatch):
    inbox = Inbox()
    server(inbox, "starttls", **with_password(inbox, b"s3cret"), auth_require_tls=False)
    monkeypatch.setenv(smtp.PASSWORD, "s3cret")
    assert "STARTTLS" in sentence_of(run(mailed, "--mail", "--send", "--yes"))
    assert not inbox.logins and not inbox.taken


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("ada@example.org", True),
        ("a.b+c@sub.example.org", True),
        ("ada@localhost", True),
        ("ada@-example.org", False),
        ("ada@example..org", False),
        ("ada @example.org", False),
        ("a..da@example.org", False),
        ("ada@exämple.org", False),
        ("ada@example.org\n", False),
    ],
)
def test_what_is_an_address(text, valid):
    assert bool(mail.ADDRESS.fullmatch(text)) == valid
