"""The student's DurableQueue for real: processes, a file, and SIGKILL.

    for run in measure(DurableQueue, IdempotentConsumer, kill_queue=True): ...

One process owns the queue and its file and serves it over a socket; this one publishes and is the
photo store, which applies results to a real SQLite file; worker processes drain the queue. Workers
and the queue's process are killed meanwhile, and started again. All of it is on a Stage.
"""

from dataclasses import dataclass

from course.engine import parameters
from course.engine.threads import require_processes
from course.message_queue.real.rehearsal import rehearse
from course.message_queue.real.run import Run
from course.real.processes import Stage


@dataclass(frozen=True)
class Measured:
    """A real run so far; times in seconds from its start, workers and photos numbered from 0.

    planned: how many photos there will be. In order of time: `published` (time, seconds it took),
    `begun` (time, worker, photo), `handled` (time, worker, applied?), `killed` (time, who, when),
    and `down` (from, to) of the queue's process. `applied`: how often each published photo was
    applied, by the SQLite file. `file_bytes`: of the queue. over: whether the queue is empty.
    """

    planned: int
    published: tuple
    begun: tuple
    handled: tuple
    killed: tuple
    down: tuple
    applied: tuple
    workers: int
    seconds: float
    file_bytes: int
    over: bool

    @property
    def done(self):
        """How many photos were applied."""
        return sum(count > 0 for count in self.applied)

    @property
    def lost(self):
        """How many photos were published and never applied: of a run that is over, lost."""
        return self.applied.count(0)

    @property
    def twice(self):
        """How many photos were applied more than once."""
        return sum(count > 1 for count in self.applied)

    @property
    def share(self):
        """The share of the photos that are done; 1 when the run is over."""
        return 1.0 if self.over else self.done / self.planned

    @property
    def publish_seconds(self):
        """How long (s) a publish took at the median."""
        return sorted(seconds for _, seconds in self.published)[len(self.published) // 2]


def measure(
    queue,
    consumer=None,
    *,
    messages=60,
    workers=3,
    visibility_timeout=0.4,
    work=0.015,
    publish_every=0.004,
    kill_worker=True,
    kill_queue=True,
    hands=None,
):
    """Yield the Measured so far of photos that go through the class `queue`, ten times a second.

    queue: a class made with a path and `visibility_timeout` (s).
    consumer: a class made with `apply`; None applies at every delivery.
    messages: photos, published one each `publish_every` s.
    workers: processes, which need `work` s a photo.
    kill_worker: kill one worker between applying and acking, another in the middle of its work.
    kill_queue: kill the queue's process when half of the photos are done.
    hands: a SimpleQueue to which `run.QUEUE` or a worker's number may be put, to kill it.

    Folder and processes are gone when the generator ends or is closed. Raises ValueError, which
    names a bad number, and ComponentError, DatabaseUnavailable and NoProcesses, which say in one
    sentence what went wrong.
    """
    require_processes()
    plan = {
        "messages": parameters.count("messages", messages, at_most=1000),
        "workers": parameters.count("workers", workers, at_most=8),
        "visibility_timeout": parameters.number(
            "visibility_timeout", visibility_timeout, above=0, unit="s"
        ),
        "work": parameters.number("work", work, at_least=0, at_most=1, unit="s"),
        "publish_every": parameters.number("publish_every", publish_every, at_least=0, unit="s"),
        "kill_worker": kill_worker,
        "kill_queue": kill_queue,
    }
    rehearse(queue, consumer)
    with Stage() as stage:
        for columns in Run(stage, queue, consumer, plan, hands).play():
            yield Measured(**columns)
