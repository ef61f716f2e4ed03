"""The producer and photo store of a real run, which also starts and kills the other processes."""

import time
from pathlib import Path

from course.engine import database
from course.engine.component import ComponentError, make, name_of
from course.engine.queues import EveryTime, Message
from course.message_queue.real.queue_process import own_queue
from course.message_queue.real.rehearsal import handle
from course.message_queue.real.worker_process import PATIENCE, Connection, work_off
from course.view.explore import SECONDS
from course.view.limit import time_limit

LIMIT = 12.0  # s that a run may take
JUST_NOW = 1.0  # s
LAST_KILL = 8.0  # s from which kills by hand are ignored, so that the run can end
RESTART = 0.15  # s that the queue's process is down
TELL_EVERY = 0.1  # s
QUEUE = "the queue"


class Run:
    """What this process does and records, on a Stage.

    plan: a dict of what `measure` was called with. hands: a SimpleQueue of whom to kill, or None.
    """

    def __init__(self, stage, queue, consumer, plan, hands):
        self.stage, self.made, self.plan, self.hands = stage, queue, plan, hands
        self.name, self.consumer_name = name_of(queue), name_of(consumer)
        self.consumer = make(consumer or EveryTime, apply=self.apply)
        self.file, self.path = stage.folder / "photos.queue", stage.folder / "photos.sqlite"
        self.workers, self.spare, self.queue, self.port, self.began = {}, None, None, None, None
        self.asked_at = time.monotonic()
        self.published, self.begun, self.handled, self.killed, self.down = [], [], [], [], []
        self.before_ack = plan["kill_worker"] and plan["messages"] // 4
        self.at_work = plan["kill_worker"] and 3 * plan["messages"] // 4
        self.half = plan["kill_queue"] and plan["messages"] // 2

    def play(self):
        """Yield ten times a second the columns of a Measured, for the last time when it is over."""
        self.connection = database.create_file(self.path)
        try:
            with database.sentences(self.path):
                self.connection.execute("CREATE TABLE applied (photo TEXT, at REAL)")
            self.start_queue()
            for number in range(self.plan["workers"]):
                self.start_worker(number)
            yield from self.until_empty()
            yield self.measured(over=True)
        finally:
            self.connection.close()
            if self.queue is not None:
                self.queue.close()

    @property
    def now(self):
        """Seconds since the queue was first there."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def until_empty(self):
        """Publish, serve the workers and kill, until the queue is empty or time is up."""
        publish_at = look_at = filled_at = told_at = 0.0
        while True:
            if self.now > LIMIT:
                done = sum(applied for _, _, applied in self.handled)
                text = f"{self.name} still held messages after {LIMIT:g} s: {done} of "
                text += f"{self.plan['messages']} photos were done"
                if self.handled and self.now < self.handled[-1][0] + JUST_NOW:
                    text += ", the last just now: is this computer busy with something else"
                raise ComponentError(f"{text}.".replace("else.", "else?"))
            self.restart()
            self.obey()
            if self.port and len(self.published) < self.plan["messages"]:
                if self.now >= publish_at:
                    self.publish()
                    publish_at = self.now + self.plan["publish_every"]
            elif self.port and self.now >= look_at:
                if self.call("len"):
                    filled_at = self.now
                elif not self.half or self.now > filled_at + 0.5:  # it will never be half done
                    return
                look_at = self.now + 0.02
            heard = self.stage.next(0.002)
            if heard:
                self.serve(*heard)
            if self.published and self.now >= told_at:
                yield self.measured()
                told_at = self.now + TELL_EVERY

    def started_queue(self):
        """Start a process that will own the queue: it imports, and waits to be told to begin."""
        arguments = self.made, str(self.file), self.plan["visibility_timeout"]
        return self.stage.start(self.name, own_queue, *arguments)

    def start_queue(self):
        """Let the spare process own the queue; if that may be killed, start another spare."""
        self.process, self.asked_at = self.spare or self.started_queue(), time.monotonic()
        self.process.send(begin=True)
        self.spare = self.started_queue() if self.half or self.hands else None

    def restart(self):
        """Start the queue again some time after it was killed; refuse to wait for it for ever."""
        if self.port is not None:
            return
        if self.process.killed:
            if self.now >= self.down[-1][0] + RESTART:
                self.start_queue()
        elif time.monotonic() > self.asked_at + PATIENCE:
            raise ComponentError(f"{self.name}(path, …) took more than {PATIENCE:g} s.")

    def start_worker(self, number):
        """Start a worker process, or another one in place of a killed one."""
        name = f"worker-{number + 1}"
        self.workers[number] = self.stage.start(name, work_off, number, self.plan["work"])

    def obey(self):
        """Kill whom the reader chose."""
        if self.hands and not self.hands.empty():
            who = self.hands.get()
            if who == QUEUE and self.port and self.now < LAST_KILL:
                self.kill_queue("by hand")
            elif who in self.workers and self.now < LAST_KILL:
                self.kill_worker(who, "by hand")

    def call(self, *request):
        """Return what the queue answers to a call from this process."""
        try:
            answer = self.queue.call(*request)
        except TimeoutError:
            call = f"{self.name}.{request[0]}"
            raise ComponentError(f"{call} did not answer within {PATIENCE:g} s.") from None
        except ConnectionError:
            raise ComponentError(f"The process {self.name} ended by itself.") from None
        if "error" in answer:
            raise ComponentError(answer["error"])
        return answer["returned"]

    def publish(self):
        """Publish the next photo."""
        began = self.now
        self.call("publish", f"photo-{len(self.published)}.jpg")
        self.published.append((self.now, self.now - began))

    def serve(self, process, said):
        """Take the port of the queue, or do what a worker asks for and kill what the plan says."""
        if process.killed:
            return
        if "port" in said:
            self.port = said["port"]
            self.queue = Connection(self.port, self.stage.token)
            if self.began is None:
                self.began = time.monotonic()
            if self.down:
                self.down[-1] = (self.down[-1][0], self.now)
            return
        number, message = said["worker"], said["message"] and Message(*said["message"])
        if said["what"] == "begin":
            self.begun.append((self.now, number, message.body))
            if self.at_work and len(self.begun) >= self.at_work:
                self.at_work = False
                return self.kill_worker(number, "at work")
        if said["what"] == "handle":
            self.handle(number, message)
            if self.before_ack and len(self.handled) >= self.before_ack:
                self.before_ack = False
                return self.kill_worker(number, "before its ack")
            if self.half and len(self.handled) >= self.half:
                self.half = False
                if self.port:  # else the reader was faster
                    self.kill_queue("half done")
        process.send(port=self.port or 0)

    def kill_worker(self, number, where):
        """Kill a worker process and start another one."""
        self.stage.kill(self.workers[number])
        self.killed.append((self.now, f"worker-{number + 1}", where))
        self.start_worker(number)

    def kill_queue(self, where):
        """Kill the queue's process; it will be started again."""
        self.stage.kill(self.process)
        self.queue.close()
        self.port = None
        self.down.append((self.now, self.now + RESTART))
        self.killed.append((self.now, QUEUE, where))

    def handle(self, number, message):
        """Let the consumer handle a message that a worker has finished."""
        with time_limit(SECONDS):
            unavailable = [database.DatabaseUnavailable]
            applied = handle(self.consumer, self.consumer_name, message, unavailable)
        self.handled.append((self.now, number, applied))

    def apply(self, body):
        """The photo store: record in the SQLite file that a photo is ready."""
        with database.sentences(self.path):
            self.connection.execute("INSERT INTO applied VALUES (?, ?)", (body, self.now))

    def measured(self, over=False):
        """Return what was recorded so far, and the counts in the SQLite file."""
        with database.sentences(self.path):
            rows = self.connection.execute("SELECT photo, count(*) FROM applied GROUP BY photo")
            counts = dict(rows.fetchall())
        photos = [f"photo-{number}.jpg" for number in range(len(self.published))]
        places = {photo: place for place, photo in enumerate(photos)}
        return {
            "planned": self.plan["messages"],
            "published": tuple(self.published),
            "begun": tuple((at, worker, places[body]) for at, worker, body in self.begun),
            "handled": tuple(self.handled),
            "killed": tuple(self.killed),
            "down": tuple(self.down),
            "applied": tuple(counts.get(photo, 0) for photo in photos),
            "workers": self.plan["workers"],
            "seconds": self.now,
            "file_bytes": Path(self.file).stat().st_size if self.file.exists() else 0,
            "over": over,
        }
