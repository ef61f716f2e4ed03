"""The student's tier for real: three web servers, a balancer, a store, and people who reload.

    for run in measure(SessionStore, handle, where=STORE, dies="web-1"): ...

The reloads are those of `rehearsal`.
"""

import shutil
import time

from course.engine.component import ComponentError
from course.real.crowd import KILL, START, Schedule, watch
from course.real.processes import Stage
from course.stateless_tier.boxes import SOCKET, balancer_box, browsers, store_box, web_box
from course.stateless_tier.rehearsal import (
    DURATION,
    EVERY,
    LIFETIME,
    MEMORY,
    REDIS,
    STORE,
    THE_STORE,
    USERS,
    WEB,
    Run,
    planned,
)

PATIENCE = 5.0  # s in which Redis must be ready


def measure(session_store, handle, *, where=MEMORY, dies=None, hands=None, duration=DURATION):
    """Yield Runs of `duration` s as the pages come in.

    session_store: a class with login and user, made with `env` and `lifetime`; handle: a function
    of a Request and the store. where: the sessions are, MEMORY (a store in each web server), STORE
    (one, in a process) or REDIS. dies: the box that gets SIGKILL at DIES_AT and starts anew at
    BACK_AT. hands: a SimpleQueue to which (KILL, box) and (START, None) may be put.
    ComponentError says what a component did wrong. All processes and files are gone when the
    generator ends or is closed.
    """
    schedule = Schedule([(at, (what, box)) for at, what, box in planned(where, dies)], hands)
    with Stage() as stage:
        tier = _Tier(stage, session_store, handle, where)
        count = round(duration / EVERY)
        people = stage.start("browsers", browsers, USERS, EVERY, count)
        people.send(port=tier.ready())
        for rows in watch(stage, people, schedule, tier.act, seconds=duration):
            share = len(rows) / (count * len(USERS))
            yield Run(tuple(map(tuple, rows)), tuple(tier.events), share)


class _Tier:
    """The processes, by the names of their boxes. events: what was killed and started, and when."""

    def __init__(self, stage, session_store, handle, where):
        self.stage, self.where, self.events = stage, where, []
        self.sessions, self.web = (
            (session_store, LIFETIME),
            (handle, where, session_store, LIFETIME),
        )
        self.ports = dict.fromkeys((*WEB, THE_STORE), 0)
        self.boxes = {name: self._started(name) for name in self.ports if self._has(name)}
        self.balancer = stage.start("balancer", balancer_box, where == MEMORY)

    def _has(self, box):
        return box in WEB or (box == THE_STORE and self.where != MEMORY)

    def _started(self, box):
        if box == THE_STORE and self.where == REDIS:
            return self._redis()
        if box == THE_STORE:
            return self.stage.start(box, store_box, *self.sessions, port=self.ports[box])
        process = self.stage.start(box, web_box, *self.web, port=self.ports[box])
        if self.ports[THE_STORE]:
            process.send(store=self.ports[THE_STORE])
        return process

    def _redis(self):
        folder = self.stage.folder
        (folder / SOCKET).unlink(missing_ok=True)  # of one that was killed
        where = ["--port", "0", "--unixsocket", str(folder / SOCKET), "--dir", str(folder)]
        keeps_nothing = ["--save", "", "--appendonly", "no"]
        program = [shutil.which("redis-server"), *where, *keeps_nothing]
        process, until = self.stage.start_program(THE_STORE, program), time.monotonic() + PATIENCE
        while process.alive and time.monotonic() < until:
            if (folder / SOCKET).exists():
                return process
            time.sleep(0.01)
        raise ComponentError("redis-server did not start.")

    def ready(self):
        """Wait until all of it serves; return the balancer's port."""
        if self.where == STORE:
            store = self.boxes[THE_STORE]
            self.ports[THE_STORE] = self.stage.ready(store)[0]["port"]
            for name in WEB:
                self.boxes[name].send(store=self.ports[THE_STORE])
        told = self.stage.ready(*(self.boxes[name] for name in WEB))
        self.ports |= {name: said["port"] for name, said in zip(WEB, told, strict=True)}
        self.balancer.send(ports={name: self.ports[name] for name in WEB})
        return self.stage.ready(self.balancer)[0]["port"]

    def act(self, now, asked):
        """Do what is asked, (KILL or START, box), and note it. None: all boxes that are dead."""
        what, box = asked
        for name in [box] if box else list(self.boxes):
            if name in self.boxes and self.boxes[name].killed == (what == START):
                if what == KILL:
                    self.stage.kill(self.boxes[name])
                else:
                    self.boxes[name] = self._started(name)
                self.events.append((now, what, name))
