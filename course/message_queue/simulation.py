"""A queue between publishers and workers, event by event on SimPy's clock."""

from typing import NamedTuple

import numpy as np
import simpy

from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    short,
    wrong_return,
)
from course.engine.parameters import NEVER
from course.engine.queues import EveryTime, Message
from course.engine.stations import NOT_YET, Timer

POLL = 0.5  # s: an idle worker asks at every publish, and this often
PUBLISHED, POISON, RECEIVED, PUT_ASIDE = "published", "poison", "received", "put aside"
APPLIED, KNOWN, REFUSED, ACKED, FREE = "applied", "known", "refused", "acked", "free"
DIED, BACK, STOPPED = "died", "back", "stopped"


class Noted(NamedTuple):
    """Something that happened: when (s), what, to which photo and which worker; -1 for none."""

    time: float
    what: str
    photo: int
    worker: int


class Worker(Timer):
    """A Timer that goes off when the worker is done with what it is at; `number`: from 0."""

    def __init__(self, env, action, number):
        super().__init__(env, action)
        self.number = number


class StoreDown(Exception):
    """Raised by `apply`: the photo store takes no result at the moment."""


def run(
    component, consumer, came, settings, *, duration, workers, restart_time, away,
    kill_at=NEVER, log=None,
):  # fmt: skip
    """Return the columns of a QueueResult for `came`, a Traffic, with a queue of the student's.

    consumer: a class, or None to apply at every delivery. settings: what the queue is made with.
    away: (from, to) in s, when no worker takes anything. kill_at: when a worker is killed (s).
    log: a list that gets a Noted for whatever happens, also if the queue fails on the way; or None.
    """
    world = _World(component, consumer, came, settings, workers, restart_time, away, log)
    world.start(kill_at)
    try:
        with sentences(world.call):
            world.env.run(until=duration)
        world.bury()
    finally:
        world.note(STOPPED)
    return {
        "done_at": np.array(world.done_at),
        "gone_at": np.array(world.gone_at),
        "applied": np.array(world.applied),
        "deliveries": np.array(world.deliveries),
        "dead": np.array(world.dead, dtype=bool),
        "times": np.arange(0, duration),
        "backlog": np.array(world.backlog),
    }


class _World:
    """Publishers, the queue, workers and the consumer; rows are message numbers.

    `latest` is the latest call of the student's code, for a sentence about it: a format and its
    arguments, put together only when there is something to say.
    """

    def __init__(self, component, consumer, came, settings, workers, restart_time, away, log):
        self.env, self.came, self.times = simpy.Environment(), came, came.times.tolist()
        self.log = log
        self.restart_time, self.away = restart_time, away
        self.queue = make(component, seed=came.seed, **settings)
        self.name = name_of(self.queue)
        found = methods(self.queue, "publish", "receive", "ack", "__len__")
        self.publish, self.receive, self.ack, _ = found
        self.consumer = make(consumer or EveryTime, apply=self.apply)
        (self.handle,) = methods(self.consumer, "handle")
        self.consumer_name = name_of(self.consumer)
        rows = len(self.times)
        self.bodies = [f"photo-{number}.jpg" for number in range(rows)]
        self.numbers, self.next, self.outstanding = {}, 0, 0
        self.done_at, self.gone_at = [NOT_YET] * rows, [NOT_YET] * rows
        self.applied, self.deliveries = [0] * rows, [0] * rows
        self.dead, self.backlog, self.current = [False] * rows, [], 0
        self.workers = [Worker(self.env, self.finish, number) for number in range(workers)]
        self.idle = self.workers[::-1]

    def note(self, what, photo=-1, worker=-1):
        """Write into the log, if there is one."""
        if self.log is not None:
            self.log.append(Noted(self.env.now, what, photo, worker))

    def start(self, kill_at):
        """Set the clock's first events: the first publish, the first look, and a worker's death."""
        if self.times:
            Timer(self.env, self.on_publish).start(self.times[0])
        self.looks = 0
        Timer(self.env, self.look).start(0.0)
        if self.away[1] > self.away[0]:
            Timer(self.env, lambda timer: self.wake()).start(self.away[1])
        if kill_at < NEVER:
            Timer(self.env, self.kill).start(kill_at)

    def call(self):
        """Return the text of the latest call."""
        text, *given = self.latest
        return text.format(*(short(each) if isinstance(each, Message) else each for each in given))

    def on_publish(self, timer):
        """Publish the next photo; then let an idle worker ask for it."""
        number, now, body = self.next, self.env.now, self.bodies[self.next]
        self.latest = "{}.publish({!r}, {:.6g})", self.name, body, now
        id = self.publish(body, now)
        if type(id) not in (int, str) or id in self.numbers:
            expected = "an int or a string that no message had before"
            raise ComponentError(wrong_return(self.call(), id, expected))
        self.numbers[id] = number
        self.outstanding += 1
        self.note(PUBLISHED, number)
        if self.came.poison[number]:
            self.note(POISON, number)
        self.next += 1
        if self.next < len(self.times):
            timer.start(max(0.0, self.times[self.next] - now))
        while self.idle and self.ask() not in (None, number):  # an older one came back: once more
            pass

    def look(self, timer):
        """Record the backlog once a second, and let idle workers ask."""
        timer.start(POLL)
        if self.looks % round(1 / POLL) == 0:
            self.latest = "len({})", self.name
            self.backlog.append(len(self.queue))
        self.looks += 1
        if self.outstanding:
            self.wake()

    def wake(self):
        """Let idle workers receive until there is nothing more to receive."""
        while self.idle and self.ask() is not None:
            pass

    def ask(self):
        """Let an idle worker receive; return the message's number, None if there was none."""
        now = self.env.now
        if self.away[0] <= now < self.away[1]:
            return None
        self.latest = "{}.receive({:.6g})", self.name, now
        message = self.receive(now)
        if self.log is not None:
            self.note_letters()
        if message is None:
            return None
        number = self.number_of(message)
        attempt = self.deliveries[number]
        self.deliveries[number] += 1
        seconds, finished, crashes = self.came.fate(number, attempt)
        worker = self.idle.pop()
        worker.request = message, number, attempt, finished, crashes
        worker.start(seconds)
        self.note(RECEIVED, number, worker.number)
        return number

    def number_of(self, message):
        """Return the number of a message that `receive` gave; ComponentError if it is wrong."""
        if not isinstance(message, Message):
            raise ComponentError(wrong_return(self.call(), message, "a Message or None"))
        number = self.numbers.get(message.id) if type(message.id) in (int, str) else None
        if number is None:
            raise ComponentError(wrong_return(self.call(), message, "an id that publish gave"))
        if self.gone_at[number] == self.gone_at[number]:  # not nan
            raise ComponentError(f"{self.call()} returned {short(message)}, which had been acked.")
        if message.body != self.bodies[number]:
            expected = f"body={self.bodies[number]!r}"
            raise ComponentError(wrong_return(self.call(), message, expected))
        if message.receives != self.deliveries[number] + 1:
            expected = f"receives={self.deliveries[number] + 1}"
            raise ComponentError(wrong_return(self.call(), message, expected))
        return number

    def finish(self, worker):
        """End what a worker was at: its work, a crash in the middle of it, or the restart."""
        if worker.request is None:
            self.note(BACK, worker=worker.number)
            self.idle.append(worker)
            return self.ask()
        message, number, attempt, finished, crashes = worker.request
        stored = finished and self.store(message, number, attempt, worker.number)
        if crashes:
            self.note(DIED, number, worker.number)
            worker.request = None
            return worker.start(self.restart_time)
        if stored:
            self.acknowledge(message.id, number, worker.number)
        worker.request = None
        self.note(FREE, number, worker.number)
        self.idle.append(worker)
        self.ask()

    def kill(self, timer):
        """Let a worker die: the first one that is at work, or if none is, the first that waits."""
        busy = [worker for worker in self.workers if worker.request is not None]
        if not busy and not self.idle:
            return
        dead = busy[0] if busy else self.idle.pop()
        self.note(DIED, dead.request[1] if busy else -1, dead.number)
        dead.callbacks = []  # what it was at never ends
        again = self.workers[dead.number] = Worker(self.env, self.finish, dead.number)
        again.start(self.restart_time)

    def store(self, message, number, attempt, worker):
        """Let the consumer handle the message; return whether it went well."""
        self.current, self.attempt = number, attempt
        self.latest = "{}.handle({})", self.consumer_name, message
        try:
            applied = self.handle(message)
        except StoreDown:
            self.note(REFUSED, number, worker)
            return False
        if not isinstance(applied, bool):
            raise ComponentError(wrong_return(self.call(), applied, "True or False"))
        self.note(APPLIED if applied else KNOWN, number, worker)
        return True

    def apply(self, body):
        """The photo store: put a finished photo there, unless it is down."""
        number = self.current
        if body != self.bodies[number]:
            wrong = f"called apply({short(body)}), expected apply({self.bodies[number]!r})"
            raise ComponentError(f"{self.consumer_name}.handle {wrong}.")
        if self.came.store_fails(number, self.attempt):
            raise StoreDown("the photo store is down")
        if not self.applied[number]:
            self.done_at[number] = self.env.now
        self.applied[number] += 1

    def acknowledge(self, id, number, worker):
        """Ack a message; a second ack of the same one answers False."""
        self.latest = "{}.ack({!r})", self.name, id
        acked = self.ack(id)
        if not isinstance(acked, bool):
            raise ComponentError(wrong_return(self.call(), acked, "True or False"))
        if acked and self.gone_at[number] != self.gone_at[number]:  # nan
            self.gone_at[number] = self.env.now
            self.outstanding -= 1
            self.note(ACKED, number, worker)

    def note_letters(self):
        """Note which messages have become dead letters since the last look."""
        letters = getattr(self.queue, "dead_letters", None)
        for letter in letters if isinstance(letters, list) else []:
            number = self.numbers.get(letter.id) if isinstance(letter, Message) else None
            if number is not None and not self.dead[number]:
                self.dead[number] = True
                self.note(PUT_ASIDE, number)

    def bury(self):
        """Mark the messages that are dead letters, if the queue keeps any."""
        letters = getattr(self.queue, "dead_letters", None)
        if letters is None:
            return
        where = f"{self.name}.dead_letters"
        if not isinstance(letters, list):
            raise ComponentError(f"{where} is {short(letters)}, expected a list of Messages.")
        for letter in letters:
            known = isinstance(letter, Message) and type(letter.id) in (int, str)
            if not known or letter.id not in self.numbers:
                raise ComponentError(f"{where} holds {short(letter)}, expected Messages.")
            self.dead[self.numbers[letter.id]] = True
