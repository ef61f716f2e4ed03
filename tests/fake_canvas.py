"""A Canvas on loopback that knows what its documentation says of one assignment, and nothing else.

What is not in the documentation is refused and kept in `wrong`. Lists come in pages of two, whose
links say nothing about how they are made; grades are written by a job that takes a while.
"""

import json
import re
import threading
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

TOKEN = "7~a-secret-token"
COURSE, ASSIGNMENT = 12, 34
BASE = "/api/v1"
OURS = f"{BASE}/courses/{COURSE}/assignments/{ASSIGNMENT}"
BUSY = "403 Forbidden (Rate Limit Exceeded)"


class FakeCanvas:
    """The state of the course; what tests set, and what they look at."""

    def __init__(self, points=20, grading_type="points"):
        self.assignment = {"id": ASSIGNMENT, "name": "Load balancer", "points_possible": points}
        self.assignment |= {"grading_type": grading_type, "course_id": COURSE}
        self.users = {}
        self.submissions = {}
        self.comments = []  # (user, text, [(name, bytes)])
        self.requests = []  # (method, path)
        self.wrong = []
        self.busy = []  # statuses of the next refusals
        self.busy_every = 0  # refuse one request of so many
        self.busy_with_files = False
        self.fail_after = None  # how many requests are answered before Canvas is gone
        self.polls = 2  # how often the job is still running when asked
        self.job_fails = ""
        self.loses = set()  # users whose grades never arrive
        self.files, self.pending, self.jobs = {}, {}, {}
        self.url = ""

    def add(self, user, name, score=None, **details):
        """Enrol a student; details: sis_user_id, login_id, email, excused, points_deducted."""
        about = {key: details.pop(key) for key in list(details) if key in KEYS}
        self.users[user] = {"id": user, "name": name, "sortable_name": name, **about}
        late = details.get("points_deducted", 0)
        shown = None if score is None else score - late
        self.submissions[user] = {"user_id": user, "assignment_id": ASSIGNMENT, "id": user + 9000}
        self.submissions[user] |= {"score": shown, "entered_score": score, "excused": False}
        self.submissions[user] |= details

    def refusal(self, path):
        """Return the status with which Canvas refuses a request because it is busy, or 0."""
        if path == "/upload" or "create_success" in path:
            return 403 if self.busy_with_files else 0
        if self.busy:
            return self.busy.pop(0)
        return 403 if self.busy_every and len(self.requests) % self.busy_every == 0 else 0

    def scores(self):
        return {user: one["entered_score"] for user, one in self.submissions.items()}

    def asked(self, method):
        """Return the paths that were asked for by a method."""
        return [path for used, path in self.requests if used == method]


KEYS = ("sis_user_id", "login_id", "email")


@contextmanager
def served(canvas):
    """Serve a FakeCanvas on loopback; its `url` says where."""
    handler = type("Handler", (_Handler,), {"canvas": canvas})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    canvas.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield canvas
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    canvas: FakeCanvas

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer("GET")

    def do_POST(self):
        self._answer("POST")

    def do_PUT(self):
        self._answer("PUT")

    def _answer(self, method):
        canvas, parts = self.canvas, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        canvas.requests.append((method, parts.path))
        if canvas.fail_after is not None and len(canvas.requests) > canvas.fail_after:
            self.close_connection = True  # without a word
            return
        open_to_all = parts.path == "/upload" or "create_success" in parts.path
        if not open_to_all and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(401, {"errors": [{"message": "Invalid access token."}]}, **ASKS_FOR_TOKEN)
        elif parts.path == "/upload" and self.headers.get("Authorization"):
            canvas.wrong.append("the token went to where files are uploaded")
            self._say(400, {})
        elif refusal := canvas.refusal(parts.path):
            self._say(refusal, BUSY)
        else:
            for known, path, answer in ROUTES:
                if known == method and (match := re.fullmatch(path, parts.path)):
                    return answer(self, canvas, parts.query, body, *map(int, match.groups()))
            canvas.wrong.append(f"{method} {self.path}")
            self._say(404, {"errors": [{"message": "The specified resource does not exist."}]})

    def _say(self, status, content, **headers):
        data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def _page(self, rows, query):
        """Answer with two of the rows, and links to the others."""
        bookmark = parse_qs(query).get("page", ["bookmark:0"])[0]
        start = int(bookmark.removeprefix("bookmark:"))
        here = self.canvas.url + urlsplit(self.path).path
        links = [f'<{here}?page=bookmark:{start}>; rel="current"']
        if start + 2 < len(rows):
            links.append(f'<{here}?page=bookmark:{start + 2}>; rel="next"')
        self._say(200, rows[start : start + 2], Link=", ".join(links))

    def show(self, canvas, query, body):
        self._say(200, canvas.assignment)

    def list_users(self, canvas, query, body):
        asked = parse_qs(query)
        first = "page" not in asked
        if first and (asked.get("enrollment_type[]"), asked.get("include[]")) != WITH_MAIL:
            canvas.wrong.append(f"users: {query}")
        self._page(list(canvas.users.values()), query)

    def list_submissions(self, canvas, query, body):
        self._page(list(canvas.submissions.values()), query)

    def update_grades(self, canvas, query, body):
        grades = {}
        for field, value in parse_qsl(body.decode(), keep_blank_values=True):
            match = re.fullmatch(r"grade_data\[(\d+)\]\[posted_grade\]", field)
            if not match or not re.fullmatch(r"\d+(\.\d+)?", value):
                canvas.wrong.append(f"update_grades: {field}={value}")
            else:
                grades[int(match[1])] = float(value)
        number = len(canvas.jobs) + 1
        canvas.jobs[number] = [canvas.polls, grades]
        self._say(200, progress(number, "queued"))

    def show_progress(self, canvas, query, body, number):
        left, grades = canvas.jobs[number]
        canvas.jobs[number][0] = left - 1
        if left > 0:
            return self._say(200, progress(number, "running"))
        for user, score in grades.items():
            if user not in canvas.loses:
                late = canvas.submissions[user].get("points_deducted", 0)
                canvas.submissions[user] |= {"entered_score": score, "score": score - late}
        state = "failed" if canvas.job_fails else "completed"
        self._say(200, {**progress(number, state), "message": canvas.job_fails or None})

    def announce_file(self, canvas, query, body, user):
        about = dict(parse_qsl(body.decode()))
        if not {"name", "size"} <= set(about):
            canvas.wrong.append(f"files: {about}")
        number = 500 + len(canvas.pending)
        canvas.pending[number] = (user, about)
        params = {"key": f"files/{number}", "signature": "signed"}
        self._say(200, {"upload_url": f"{canvas.url}/upload", "upload_params": params})

    def upload(self, canvas, query, body):
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = message_from_bytes(head + body).get_payload()
        names = [part.get_param("name", header="Content-Disposition") for part in parts]
        contents = [part.get_payload(decode=True) for part in parts]
        fields = dict(zip(names, contents, strict=True))
        number = int(fields["key"].decode().removeprefix("files/"))
        user, about = canvas.pending[number]
        if names[-1] != "file" or fields.get("signature") != b"signed":
            canvas.wrong.append(f"upload: {names}")
        if len(fields["file"]) != int(about["size"]):
            canvas.wrong.append(f"upload: {len(fields['file'])} bytes, not {about['size']}")
        canvas.files[number] = (user, about["name"], fields["file"])
        self._say(301, {}, Location=f"{canvas.url}{BASE}/files/{number}/create_success?uuid=x")

    def uploaded(self, canvas, query, body, number):
        self._say(200, {"id": number, "url": f"{canvas.url}/files/{number}"})

    def comment(self, canvas, query, body, user):
        fields = parse_qsl(body.decode())
        text = [value for field, value in fields if field == "comment[text_comment]"]
        numbers = [int(value) for field, value in fields if field == "comment[file_ids][]"]
        if len(text) != 1 or len(fields) != 1 + len(numbers):
            canvas.wrong.append(f"comment: {fields}")
        files = [canvas.files[number] for number in numbers]
        if any(owner != user for owner, _, _ in files):
            canvas.wrong.append(f"comment: the file of another submission than {user}'s")
        canvas.comments.append((user, text[0], [(name, data) for _, name, data in files]))
        self._say(200, canvas.submissions[user])


ASKS_FOR_TOKEN = {"WWW_Authenticate": 'Bearer realm="canvas-lms"'}
WITH_MAIL = (["student"], ["email"])
ROUTES = (
    ("GET", OURS, _Handler.show),
    ("GET", f"{BASE}/courses/{COURSE}/search_users", _Handler.list_users),
    ("GET", f"{OURS}/submissions", _Handler.list_submissions),
    ("POST", f"{OURS}/submissions/update_grades", _Handler.update_grades),
    ("GET", rf"{BASE}/progress/(\d+)", _Handler.show_progress),
    ("POST", rf"{OURS}/submissions/(\d+)/comments/files", _Handler.announce_file),
    ("POST", "/upload", _Handler.upload),
    ("GET", rf"{BASE}/files/(\d+)/create_success", _Handler.uploaded),
    ("PUT", rf"{OURS}/submissions/(\d+)", _Handler.comment),
)


def progress(number, state):
    return {"id": number, "tag": "submissions_update", "workflow_state": state, "completion": None}
