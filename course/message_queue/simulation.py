"""A queue of the student's between publishers and workers, event by event on SimPy's clock."""

import numpy as np
import simpy

from course.engine.component import ComponentError, make, name_of, raised, short, wrong_return
from course.engine.stations import Timer
from course.message_queue.messages import EveryTime, Message

POLL = 0.5  # s: an idle worker asks at every publish, and this often
NEVER = float("nan")


class StoreDown(Exception):
    """The photo store takes no result at the moment."""


def run(component, consumer, came, settings, *, duration, workers, restart_time, away):
    """Return the columns of a QueueResult for `came`, a Traffic, with the student's queue."""
    world = _World(component, consumer, came, settings, workers, restart_time, away)
    world.start(duration)
    world.env.run(until=duration)
    world.bury()
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
    """Publishers, the queue, workers and the consumer; rows are message numbers."""

    def __init__(self, component, consumer, came, settings, workers, restart_time, away):
        self.env, self.came, self.times = simpy.Environment(), came, came.times.tolist()
        self.restart_time, self.away = restart_time, away
        self.queue = make(component, seed=came.seed, **settings)
        self.name = name_of(self.queue)
        for method in ("publish", "receive", "ack", "__len__"):
            if not callable(getattr(self.queue, method, None)):
                raise ComponentError(f"{self.name} has no method {method}.")
        self.publish, self.receive, self.ack = (
            self.queue.publish,
            self.queue.receive,
            self.queue.ack,
        )
        self.consumer = make(consumer or EveryTime, apply=self.apply)
        self.handle = getattr(self.consumer, "handle", None)
        if not callable(self.handle):
            raise ComponentError(f"{name_of(self.consumer)} has no method handle.")
        rows = len(self.times)
        self.bodies = [f"photo-{number}.jpg" for number in range(rows)]
        self.ids, self.numbers, self.next, self.outstanding = [], {}, 0, 0
        self.done_at, self.gone_at = [NEVER] * rows, [NEVER] * rows
        self.applied, self.deliveries = [0] * rows, [0] * rows
        self.dead, self.backlog, self.current = [False] * rows, [], 0
        self.idle = [Timer(self.env, self.finish) for _ in range(workers)][::-1]

    def start(self, duration):
        """Set the clock's first events: the first publish, the first look around."""
        self.publisher = Timer(self.env, self.on_publish)
        if self.times:
            self.publisher.start(self.times[0])
        self.looker, self.looks = Timer(self.env, self.look), 0
        self.looker.start(0.0)
        if self.away[1] > self.away[0]:
            Timer(self.env, lambda timer: self.wake()).start(self.away[1])

    def on_publish(self, timer):
        """Publish the next photo; then let an idle worker ask for it."""
        number, now, body = self.next, self.env.now, self.bodies[self.next]
        try:
            id = self.publish(body, now)
        except Exception as error:
            self.fail(f"publish({body!r}, {now:.6g})", error)
        if type(id) not in (int, str) or id in self.numbers:
            expected = "an int or a string that no message had before"
            call = f"{self.name}.publish({body!r}, {now:.6g})"
            raise ComponentError(wrong_return(call, id, expected))
        self.ids.append(id)
        self.numbers[id] = number
        self.outstanding += 1
        self.next += 1
        if self.next < len(self.times):
            timer.start(max(0.0, self.times[self.next] - now))
        while self.idle and self.ask() not in (None, number):  # an older one came back: once more
            pass

    def look(self, timer):
        """Write down the backlog once a second, and let idle workers ask."""
        timer.start(POLL)
        if self.looks % round(1 / POLL) == 0:
            try:
                backlog = len(self.queue)
            except Exception as error:
                if isinstance(error, (NotImplementedError, ComponentError)):
                    raise
                raise ComponentError(raised(f"len({self.name})", error)) from error
            self.backlog.append(backlog)
        self.looks += 1
        if self.outstanding:
            self.wake()

    def wake(self):
        """Let idle workers receive until there is nothing more to receive."""
        while self.idle and self.ask() is not None:
            pass

    def ask(self):
        """Let an idle worker receive; return the message's number, None if there was none."""
        now = self.env._now
        if self.away[0] <= now < self.away[1]:
            return None
        try:
            message = self.receive(now)
        except Exception as error:
            self.fail(f"receive({now:.6g})", error)
        if message is None:
            return None
        number = self.number_of(message, now)
        attempt = self.deliveries[number]
        self.deliveries[number] += 1
        seconds, finished, crashes = self.came.fate(number, attempt)
        worker = self.idle.pop()
        worker.request = message, number, attempt, finished, crashes
        worker.start(seconds)
        return number

    def number_of(self, message, now):
        """Return the number of a message that `receive` gave, once it is what it must be."""
        known = type(message) is Message and type(message.id) in (int, str)
        number = self.numbers.get(message.id) if known else None
        if (
            number is not None
            and self.gone_at[number] != self.gone_at[number]  # nan: it has not gone
            and message.body == self.bodies[number]
            and message.receives == self.deliveries[number] + 1
        ):
            return number
        call = f"{self.name}.receive({now:.6g})"
        if not isinstance(message, Message):
            raise ComponentError(wrong_return(call, message, "a Message or None"))
        if type(message.id) not in (int, str) or message.id not in self.numbers:
            raise ComponentError(wrong_return(call, message, "an id that publish gave"))
        number = self.numbers[message.id]
        if self.gone_at[number] == self.gone_at[number]:
            raise ComponentError(f"{call} returned {short(message)}, which had been acked.")
        if message.body != self.bodies[number]:
            raise ComponentError(wrong_return(call, message, f"body={self.bodies[number]!r}"))
        if message.receives != self.deliveries[number] + 1:
            expected = f"receives={self.deliveries[number] + 1}"
            raise ComponentError(wrong_return(call, message, expected))
        return number

    def finish(self, worker):
        """A worker's time is up: it has done its work, or crashed, or is back from a crash."""
        if worker.request is None:
            self.idle.append(worker)
            return self.ask()
        message, number, attempt, finished, crashes = worker.request
        stored = finished and self.store(message, number, attempt)
        if crashes:
            worker.request = None
            return worker.start(self.restart_time)
        if stored:
            self.acknowledge(message.id, number)
        self.idle.append(worker)
        self.ask()

    def store(self, message, number, attempt):
        """Let the consumer handle the message; return whether it went well."""
        self.current, self.attempt = number, attempt
        try:
            applied = self.handle(message)
        except StoreDown:
            return False
        except Exception as error:
            self.fail(f"handle({short(message)})", error, self.consumer)
        if not isinstance(applied, bool):
            call = f"{name_of(self.consumer)}.handle({short(message)})"
            raise ComponentError(wrong_return(call, applied, "True or False"))
        return True

    def apply(self, body):
        """The photo store: put a finished photo there, unless it is down."""
        number = self.current
        if body != self.bodies[number]:
            wrong = f"called apply({short(body)}), expected apply({self.bodies[number]!r})"
            raise ComponentError(f"{name_of(self.consumer)}.handle {wrong}.")
        if self.came.store_fails(number, self.attempt):
            raise StoreDown("the photo store is down")
        if not self.applied[number]:
            self.done_at[number] = self.env.now
        self.applied[number] += 1

    def acknowledge(self, id, number):
        """Ack a message; a second ack of the same one answers False."""
        try:
            acked = self.ack(id)
        except Exception as error:
            self.fail(f"ack({id!r})", error)
        if not isinstance(acked, bool):
            raise ComponentError(wrong_return(f"{self.name}.ack({id!r})", acked, "True or False"))
        if acked and self.gone_at[number] != self.gone_at[number]:
            self.gone_at[number] = self.env.now
            self.outstanding -= 1

    def bury(self):
        """Note which messages are dead letters, if the queue keeps any."""
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
            number = self.numbers[letter.id]
            self.dead[number] = True

    def fail(self, call, error, component=None):
        """Raise what a student's method raised as a sentence; a stub's error passes on."""
        if isinstance(error, (NotImplementedError, ComponentError)):
            raise error
        name = self.name if component is None else name_of(component)
        raise ComponentError(raised(f"{name}.{call}", error)) from error
