"""The producer and photo store of a real run, which also starts and kills the other processes."""

import json
import selectors
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from course.engine import database
from course.engine.component import ComponentError, make, methods, name_of, sentences, wrong_return
from course.message_queue.baselines import EveryTime
from course.message_queue.messages import Message
from course.message_queue.real.stage import LIMIT
from course.message_queue.real.worker_process import Connection

PATIENCE = 5.0  # s to wait for the queue's process to answer
PUBLISH_EVERY = 0.004  # s
RESTART = 0.15  # s that the queue's process is down


class Run:
    """The producer and photo store: this process, and what it records."""

    def __init__(self, stage, task, name, consumer, workers, work, plan, progress=None):
        self.progress = progress or (lambda share: None)
        self.stage, self.task, self.name, self.plan = stage, task, name, plan
        self.path = stage.folder / "photos.sqlite"
        self.work, self.workers, self.selector = work, {}, selectors.DefaultSelector()
        self.how_many, self.port, self.queue = workers, None, None
        self.consumer = make(consumer or EveryTime, apply=self.apply)
        methods(self.consumer, "handle")
        self.published, self.begun, self.handled, self.killed, self.down = [], [], [], [], []
        self.before_ack = plan["kill_worker"] and plan["messages"] // 4
        self.at_work = plan["kill_worker"] and 3 * plan["messages"] // 4
        self.half = plan["kill_queue"] and plan["messages"] // 2

    def play(self):
        """Run everything; return the columns of a Measured."""
        self.connection = database.create_file(self.path)
        listener = socket.create_server(("127.0.0.1", 0))
        try:
            with database.sentences(self.path):
                self.connection.execute("CREATE TABLE applied (photo TEXT, at REAL)")
            self.store_port = listener.getsockname()[1]
            self.selector.register(listener, selectors.EVENT_READ, None)
            lives = 2 if self.plan["kill_queue"] else 1  # the second one waits
            self.waiting = [self.stage.start("queue_process.py") for _ in range(lives)]
            self.start_queue()
            for number in range(self.how_many):
                self.start_worker(number)
            self.began = time.monotonic()
            self.until_empty()
            return self.measured()
        finally:
            for key in list(self.selector.get_map().values()):
                key.fileobj.close()
            self.selector.close()
            self.connection.close()
            if self.queue is not None:
                self.queue.close()

    @property
    def now(self):
        """Seconds since the start."""
        return time.monotonic() - self.began

    def until_empty(self):
        """Publish, serve the workers and kill, until the queue is empty or time is up."""
        publish_at = look_at = filled_at = 0.0
        while True:
            if self.now > LIMIT:
                done = sum(applied for _, _, applied in self.handled)
                raise ComponentError(
                    f"{self.name} still held messages after {LIMIT:g} s: {done} of "
                    f"{self.plan['messages']} photos were done."
                )
            if self.port is None and self.now >= self.down[-1][0] + RESTART:
                self.start_queue()
                self.down[-1] = (self.down[-1][0], self.now)
            if self.port and len(self.published) < self.plan["messages"]:
                if self.now >= publish_at:
                    self.publish()
                    publish_at = self.now + PUBLISH_EVERY
            elif self.port and self.now >= look_at:
                if self.call("len"):
                    filled_at = self.now
                elif not self.half or self.now > filled_at + 0.5:  # it will never be half done
                    return
                look_at = self.now + 0.02
            self.progress(min(1.0, len(self.handled) / self.plan["messages"]))
            for key, _ in self.selector.select(timeout=0.002):
                self.serve(key)

    def start_queue(self):
        """Start the process that owns the queue, and connect to it."""
        self.process = self.waiting.pop()
        task = json.dumps({**self.task, "path": sys.path}).encode() + b"\n"
        self.process.stdin.write(task)
        self.process.stdin.flush()
        answer = self.told_port()
        if "port" not in answer:
            raise ComponentError(answer.get("error") or f"The process of {self.name} ended.")
        self.port = answer["port"]
        self.queue = Connection(self.port)
        self.queue.socket.settimeout(PATIENCE)

    def told_port(self):
        """Return the first line of the queue's process, read as JSON; an empty dict if it ended."""
        said = []

        def read():
            said.append(self.process.stdout.readline())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(PATIENCE)
        if not said:
            raise ComponentError(f"{self.name}(path, …) took more than {PATIENCE:g} s.")
        return json.loads(said[0] or "{}")

    def call(self, *request):
        """Return what the queue answers to a call from this process."""
        try:
            answer = self.queue.call(*request)
        except TimeoutError:
            call = f"{self.name}.{request[0]}"
            raise ComponentError(f"{call} did not answer within {PATIENCE:g} s.") from None
        except ConnectionError:
            raise ComponentError(f"The process of {self.name} ended by itself.") from None
        if "error" in answer:
            raise ComponentError(answer["error"])
        return answer["returned"]

    def publish(self):
        """Publish the next photo."""
        began = self.now
        self.call("publish", f"photo-{len(self.published)}.jpg")
        self.published.append((self.now, self.now - began))

    def start_worker(self, number):
        """Start a worker process, or another one in place of a killed one."""
        arguments = self.store_port, number, self.work
        self.workers[number] = self.stage.start("worker_process.py", *arguments)

    def serve(self, key):
        """Take a new connection, or answer one line of a worker's."""
        if key.data is None:
            connection, _ = key.fileobj.accept()
            connection.settimeout(PATIENCE)
            self.selector.register(connection, selectors.EVENT_READ, bytearray())
            return
        try:
            received = key.fileobj.recv(65536)
        except OSError:
            received = b""
        if not received:
            self.selector.unregister(key.fileobj)
            key.fileobj.close()
            return
        key.data.extend(received)
        if not key.data.endswith(b"\n"):  # a worker waits for its answer: never two lines
            return
        kind, number, *rest = json.loads(bytes(key.data))
        key.data.clear()
        self.answer(kind, number, *rest, reply=key.fileobj)

    def answer(self, kind, number, *rest, reply):
        """Do what a worker asks for, and kill what the plan says."""
        given = self.port or 0
        if kind == "error":
            raise ComponentError(rest[0])
        if kind == "begin":
            self.begun.append((self.now, number))
            if self.at_work and len(self.begun) >= self.at_work:
                self.at_work = False
                return self.kill_worker(number, "at work")
        if kind == "handle":
            self.handle(number, Message(*rest[0]))
            if self.before_ack and len(self.handled) >= self.before_ack:
                self.before_ack = False
                return self.kill_worker(number, "before its ack")
            if self.half and len(self.handled) >= self.half:
                self.half = False
                self.kill_queue()
        with suppress(OSError):  # it was killed meanwhile
            reply.sendall(json.dumps(given).encode() + b"\n")

    def kill_worker(self, number, where):
        """Kill a worker process and start another one."""
        self.stage.kill(self.workers[number])
        self.killed.append((self.now, f"worker-{number + 1}", where))
        self.start_worker(number)

    def kill_queue(self):
        """Kill the queue's process; it will be started again."""
        self.stage.kill(self.process)
        self.queue.close()
        self.port = None
        self.down.append((self.now, self.now + RESTART))
        self.killed.append((self.now, "the queue", "half done"))

    def handle(self, number, message):
        """Let the consumer handle a message that a worker has finished."""
        self.message = message
        call = f"{name_of(self.consumer)}.handle({message})"
        with sentences(call, passing=[database.DatabaseUnavailable]):
            applied = self.consumer.handle(message)
        if not isinstance(applied, bool):
            raise ComponentError(wrong_return(call, applied, "True or False"))
        self.handled.append((self.now, number, applied))

    def apply(self, body):
        """The photo store: record in the SQLite file that a photo is ready."""
        with database.sentences(self.path):
            self.connection.execute("INSERT INTO applied VALUES (?, ?)", (body, self.now))

    def measured(self):
        """Return what was recorded, and the counts in the SQLite file."""
        with database.sentences(self.path):
            rows = self.connection.execute("SELECT photo, count(*) FROM applied GROUP BY photo")
            counts = dict(rows.fetchall())
        photos = (f"photo-{number}.jpg" for number in range(len(self.published)))
        return {
            "published": tuple(self.published),
            "begun": tuple(self.begun),
            "handled": tuple(self.handled),
            "killed": tuple(self.killed),
            "down": tuple(self.down),
            "applied": tuple(counts.get(photo, 0) for photo in photos),
            "workers": self.how_many,
            "seconds": self.now,
            "file_bytes": Path(self.task["file"]).stat().st_size,
        }
