"""The process that owns the student's queue and serves it on a socket of this computer.

Run as a script by `run.py`, which may kill it at any moment. One line of JSON on its input
says what to do; it answers with its port, and ends when its input ends. Then each line that comes
over a connection is a call, [method, arguments …], and one line goes back: {"returned": …} or
{"error": sentence}.
"""

import base64
import importlib
import json
import os
import socketserver
import sys
import threading
import time
import types
from pathlib import Path

import cloudpickle


def light_package():
    """Let course.message_queue be imported without its pictures: they take most of a second.

    Asked for more than Message, it becomes the whole package after all.
    """
    package = types.ModuleType("course.message_queue")
    package.__path__ = [str(Path(__file__).parents[1])]

    def whole(name):
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules[package.__name__] is package:
            del sys.modules[package.__name__]
        return getattr(importlib.import_module(package.__name__), name)

    sys.modules[package.__name__] = package
    package.Message = importlib.import_module("course.message_queue.messages").Message
    package.__getattr__ = whole


class Served:
    """The student's queue, one call at a time."""

    def __init__(self, made, path, visibility_timeout):
        from course.engine import component

        self.component, self.lock = component, threading.Lock()
        self.name = component.name_of(made)
        with component.sentences(f"{self.name}({Path(path).name!r}, {visibility_timeout:g})"):
            self.queue = made(path, visibility_timeout)

    def call(self, method, *arguments):
        """Return what the queue's method gave, as JSON can hold it."""
        now = time.monotonic()
        with self.lock:
            if method == "len":
                with self.component.sentences(f"len({self.name})"):
                    return len(self.queue)
            told = [*map(repr, arguments)] if method == "ack" else [*map(repr, arguments), "now"]
            call = f"{self.name}.{method}({', '.join(told)})"
            with self.component.sentences(call):
                if method == "ack":
                    return bool(self.queue.ack(*arguments))
                given = getattr(self.queue, method)(*arguments, now)
            return self.plain(call, method, given)

    def plain(self, call, method, given):
        """Return an id as it is, and a Message as a list of its fields."""
        if method == "receive" and given is not None:
            if type(given).__name__ != "Message":
                raise self.component.ComponentError(
                    self.component.wrong_return(call, given, "a Message or None")
                )
            return [given.id, given.body, given.receives]
        return given


class Caller(socketserver.StreamRequestHandler):
    """One connection of the producer's or a worker's."""

    def handle(self):
        try:
            for line in self.rfile:
                try:
                    answer = {"returned": self.server.served.call(*json.loads(line))}
                except Exception as error:
                    answer = {"error": str(error)}
                self.wfile.write(json.dumps(answer).encode() + b"\n")
        except OSError:  # the other side was killed
            return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main():
    task = json.loads(sys.stdin.readline())
    sys.path[:] = task["path"]
    light_package()
    try:
        made = cloudpickle.loads(base64.b64decode(task["queue"]))
        served = Served(made, task["file"], task["visibility_timeout"])
    except Exception as error:
        return print(json.dumps({"error": str(error)}), flush=True)
    with Server(("127.0.0.1", 0), Caller) as server:
        server.served = served
        print(json.dumps({"port": server.server_address[1]}), flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()  # it ends when the process that started this one has ended
        os._exit(0)


if __name__ == "__main__":
    main()
