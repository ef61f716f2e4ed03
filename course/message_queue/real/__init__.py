"""The student's DurableQueue for real: processes, a file, and SIGKILL.

    measure(DurableQueue, IdempotentConsumer, kill_worker=True, kill_queue=True) → Measured

One process owns the queue and its file and serves it over a socket; this one publishes and is the
photo store, which applies results to a real SQLite file; worker processes drain the queue. Workers
and the queue's process are killed meanwhile, and started again.
"""

import base64
import inspect
from dataclasses import dataclass

import cloudpickle

from course.engine import parameters
from course.engine.component import ComponentError, name_of, sentences
from course.engine.threads import require_processes
from course.message_queue.real.run import Run
from course.message_queue.real.stage import Stage, rehearse


@dataclass(frozen=True)
class Measured:
    """A real run; times in seconds from its start, workers numbered from 0.

    In order of time: `published` (time, seconds it took), `begun` (time, worker), `handled` (time,
    worker, applied?), `killed` (time, who, when), and `down` (from, to) of the queue's process.
    `applied`: how often each photo was applied, by the SQLite file. `file_bytes`: of the queue.
    """

    published: tuple
    begun: tuple
    handled: tuple
    killed: tuple
    down: tuple
    applied: tuple
    workers: int
    seconds: float
    file_bytes: int

    @property
    def lost(self):
        """How many photos were published and never applied."""
        return self.applied.count(0)

    @property
    def twice(self):
        """How many photos were applied more than once."""
        return sum(count > 1 for count in self.applied)

    @property
    def publish_seconds(self):
        """How long (s) a publish took at the median."""
        return sorted(seconds for _, seconds in self.published)[len(self.published) // 2]

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self.published)} photos published, {len(self.begun)} deliveries begun, "
            f"{self.lost} lost, {self.twice} applied more than once."
        )


def measure(
    queue,
    consumer=None,
    *,
    messages=60,
    workers=3,
    visibility_timeout=0.4,
    work=0.015,
    kill_worker=True,
    kill_queue=True,
    folder=None,
    progress=None,
):
    """Return the Measured of `messages` photos that go through the class `queue`; takes 1–2 s.

    queue: a class made with a path and `visibility_timeout` (s).
    consumer: a class made with `apply`; None applies at every delivery.
    workers: processes, which need `work` s a photo.
    kill_worker: kill one worker between applying and acking, another in the middle of its work.
    kill_queue: kill the queue's process when half of the photos are done.
    folder: where to make the temporary folder for the files; by default the system's place.
    progress: is called now and then with the share of the photos that are done.

    Folder and processes are gone afterwards, whatever happens. Raises ValueError, which names a bad
    number, and ComponentError, DatabaseUnavailable and NoProcesses, which say in one sentence what
    went wrong.
    """
    require_processes()
    messages = parameters.count("messages", messages, at_most=1000)
    workers = parameters.count("workers", workers, at_most=16)
    timeout = parameters.number("visibility_timeout", visibility_timeout, above=0, unit="s")
    work = parameters.number("work", work, at_least=0, at_most=1, unit="s")
    if not inspect.isclass(queue):
        raise ComponentError(f"{name_of(queue)} is not a class: a process of its own must make it.")
    rehearse(queue)
    with sentences(f"Sending {name_of(queue)} to a process"):
        pickled = base64.b64encode(cloudpickle.dumps(queue)).decode()
    with Stage(folder) as stage:
        file = str(stage.folder / "photos.queue")
        task = {"queue": pickled, "file": file, "visibility_timeout": timeout}
        plan = {"messages": messages, "kill_worker": kill_worker, "kill_queue": kill_queue}
        run = Run(stage, task, name_of(queue), consumer, workers, work, plan, progress)
        return Measured(**run.play())
