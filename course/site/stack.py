"""The site as the notebook has it: its processes, who is killed and restarted, the numbers."""

import secrets
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from course.engine.component import ComponentError
from course.real.processes import Stage, StageOver
from course.site import card, front, metrics, page, state, users, web
from course.site.parts import PARTS, ROLES
from course.site.reader import read_components

LIFETIME = 600.0  # s
READING = 30.0  # s that a notebook may take to read
STARTING = 30.0  # s
WEB = ("web-1", "web-2", "web-3")
REPLICAS = ("replica-1", "replica-2")
# name → (what it runs, its keywords); all of them can be killed
BOXES: dict[str, tuple[Any, dict[str, Any]]] = {
    "resolver": (front.resolver, {}),
    "edge": (front.edge, {}),
    "balancer": (front.balancer, {"names": WEB}),
    **{name: (web.web_server, {"replicas": REPLICAS}) for name in WEB},
    "sessions": (state.sessions, {}),
    "cache": (state.cache, {}),
    "primary": (state.primary, {}),
    **{name: (state.replica, {}) for name in REPLICAS},
    "queue": (state.queue, {}),
    "worker-1": (state.worker, {}),
    "worker-2": (state.worker, {}),
    "metrics": (metrics.metrics, {}),
}
OTHERS = ("users", "page")  # not of the site: they look at it
RESTARTS = 200  # in all
EVENTS = 30  # that the page shows


class Site:
    """The running site. `close()` ends it, and so does another Stage, or the end of the kernel.

    notebooks: {name of a notebook: path or None}. parts: {role: {"name", "yours", "why"}}.
    url: of its page, on loopback. ended: called with the last state when the site is over.
    """

    def __init__(self, notebooks, *, seconds=LIFETIME, seed=0, ended=None):
        self.ended = ended
        self.stage = Stage(seconds, processes=len(BOXES) + len(OTHERS) + 1)
        self.key, self.began = secrets.token_urlsafe(24), time.monotonic()
        self.ports, self.processes, self.told = free_ports((*BOXES, *OTHERS)), {}, {}
        self.events, self.restarts = [], 0
        self.kit: dict[str, str] = {}
        self.parts: dict[str, dict] = {}
        self.before = {name: Counter() for name in BOXES}  # what those that were killed had done
        self.lock = threading.RLock()
        self.stage.__enter__()
        try:
            self._read(notebooks)
            for name in BOXES:
                self._start(name)
            self.users = self.stage.start("users", users.users, self.ports, seed=seed)
            self.page = self.stage.start("page", page.page, self.ports, key=self.key)
            self._wait_until_all_are_ready()
        except BaseException:
            self.stage.close()
            raise
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    @property
    def url(self):
        """The page's address on loopback; it holds the key."""
        return f"http://127.0.0.1:{self.ports['page']}/{self.key}/"

    def close(self):
        """End all processes and remove their files."""
        self.stage.close()

    def kill(self, name):
        """End a process of the site at once (SIGKILL)."""
        with self.lock:
            if name in BOXES and not self.processes[name].killed:
                self.stage.kill(self.processes[name])
                self._note(f"{name} was killed")

    def restart(self, name):
        """Start a process that was killed or has ended by itself."""
        with self.lock:
            if name in BOXES and not self.alive(name) and self.restarts < RESTARTS:
                self.restarts += 1
                self.stage.kill(self.processes[name])
                self._start(name)
                self._note(f"{name} was started again")

    def alive(self, name):
        """Whether a process of the site is running."""
        return not self.processes[name].killed and self.processes[name].alive

    def load(self, rate, until=None):
        """Have the users send `rate` requests/s, until there were that many in all."""
        self.users.send(rate=rate, until=until)

    def state(self):
        """Return what is known of the site, as JSON can hold it."""
        with self.lock:
            left = max(0.0, self.began + self.stage.seconds - time.monotonic())
            return {
                "boxes": {name: self._box(name) for name in BOXES},
                "parts": self.parts,
                "users": self.told.get("users", {}),
                "events": list(self.events),
                "left": round(left),
            }

    def _box(self, name):
        """Return what a box has told, with what it had done before it was killed."""
        told = self.told.get(name, {})
        done = self.before[name] + Counter(told.get("done", {}))
        return told | {"done": dict(done), "alive": self.alive(name)}

    def _note(self, text):
        if not self.events or self.events[-1][1] != text:
            self.events.append((time.strftime("%H:%M:%S"), text))
            del self.events[:-EVENTS]

    def _start(self, name):
        run, keywords = BOXES[name]
        needed = {part.role for part in PARTS if name.startswith(part.box)}
        self.before[name].update(self.told.pop(name, {}).get("done", {}))
        kit = {role: text for role, text in self.kit.items() if role in needed}
        self.processes[name] = self.stage.start(name, run, self.ports, kit, **keywords)

    def _read(self, notebooks):
        """Fill `kit` and `parts`. A notebook that never comes back is ended, and ours stands in."""
        wanted = [
            (path, [part for part in PARTS if part.notebook == name])
            for name, path in notebooks.items()
        ]
        found: dict[str, list] = {role: [] for role in ROLES}
        while wanted:
            reader = self.stage.start("reader", read_components, wanted)
            done, until = -1, time.monotonic() + READING
            try:
                while time.monotonic() < until:
                    heard = self.stage.next(until - time.monotonic())
                    if not heard or heard[0] is not reader:
                        continue
                    message = heard[1]
                    if "reading" in message:
                        done, until = done + 1, time.monotonic() + READING
                    elif "over" in message:
                        done = len(wanted)
                        break
                    else:
                        found[message["role"]].append(message)
            except StageOver:
                raise
            except ComponentError:
                pass  # it ended by itself
            self.stage.kill(reader)
            wanted = wanted[max(done, 0) + 1 :]
        for role, messages in found.items():
            first = next((each for each in messages if each["text"]), None)
            if first:
                self.kit[role] = first["text"]
                self.parts[role] = {"name": first["name"], "yours": True, "why": ""}
            else:
                why = next((each["why"] for each in messages if each["why"]), "")
                name = next(part.name for part in PARTS if part.role == role)
                why = why or ("not written yet" if messages else "it did not come back")
                self.parts[role] = {"name": name, "yours": False, "why": why}

    def _wait_until_all_are_ready(self):
        waiting = {*self.processes.values(), self.users, self.page}
        until = time.monotonic() + STARTING
        while waiting:
            heard = self.stage.next(until - time.monotonic())
            if time.monotonic() > until:
                names = ", ".join(sorted(process.name for process in waiting))
                raise ComponentError(f"Not ready within {STARTING:g} s: {names}.")
            if heard and "port" in heard[1]:
                waiting.discard(heard[0])

    def _watch(self):
        """Hear what the processes tell, do what the page asks for, and tell the page."""
        due = 0.0
        state, end = self.state(), self.began + self.stage.seconds - 1.0
        while True:
            try:
                if time.monotonic() > end:
                    self.close()
                heard = self.stage.next(0.1)
                if heard:
                    self._hear(*heard)
                if time.monotonic() > due:
                    due = time.monotonic() + 0.4
                    state = self.state()
                    self.page.send(state=shown(state))
            except StageOver:
                break
            except (ComponentError, ValueError) as error:
                self._note(str(error))
        if self.ended:
            self.ended(state)

    def _hear(self, process, message):
        if "do" in message:
            name, value = message["do"], message.get("value")
            if name == "kill":
                self.kill(str(value))
            elif name == "restart":
                self.restart(str(value))
            elif name == "rate":
                with suppress(TypeError, ValueError):
                    self.load(float(value))
        elif "health" in message:
            believed = "healthy" if message["healthy"] else "unhealthy"
            self._note(f"the balancer believes that {message['health']} is {believed}")
        elif "done" in message:
            with self.lock:  # what a killed process told last is counted already
                if self.processes.get(process.name, process) is process:
                    self.told[process.name] = message


def shown(state):
    """Return what the page shows of a state."""
    boxes = {}
    for name, box in state["boxes"].items():
        parts = {part.role for part in PARTS if name.startswith(part.box)}
        boxes[name] = {
            "alive": box["alive"],
            "fault": box.get("fault"),
            "count": card.count(name, box["done"]),
            "said": card.box_said(name, box),
            "parts": [state["parts"][role] for role in ROLES if role in parts],
        }
    tail = state["boxes"]["metrics"].get("metrics", {}).get("tail", [])
    made = {"boxes": boxes, "said": card.summary(state), "card": card.card(state), "tail": tail}
    return state | made


def free_ports(names):
    """Return a free port on loopback for each name."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: each.getsockname()[1] for name, each in zip(names, held, strict=True)}
    for each in held:
        each.close()
    return ports
