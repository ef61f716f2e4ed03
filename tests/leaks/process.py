"""The process that attacks a notebook's hidden checks, and its children."""

import ast
import gc
import json
import os
import pickle
import signal
import sys
import traceback
from functools import partial

import course.checks  # noqa: F401 - as in the grader's process: a place to keep answers
from tests.leaks.components import information, install, prospects
from tests.leaks.paths import SOURCES, said
from tests.leaks.state import SOLUTION, STATE, surroundings

SECONDS = 10  # of processor time for one child
BITS = 16  # of information in right answers: more than chance explains


def main():
    """Attack the notebook on standard input; print what is found, a JSON object a line.

    In: [{"kind": "cell" | "solution" | "observe", "text": …, "id": …, "exercise": …}].
    Out: {"check", "leak": group and part, "path"} of each path that is a leak by itself;
    {"check", "attack", "paths", "seen" or "error"} of each attack: what the check saw, as JSON.
    """
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    printed, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115 - until the end
    names, solutions = {"__name__": "__main__"}, {}
    for cell in json.load(sys.stdin):
        if cell["kind"] == "observe":
            target = Target(cell["text"], solutions[cell["exercise"]], names)
            for finding in target.findings():
                print(json.dumps({"check": cell["id"]} | finding), file=printed)
            continue
        if cell["kind"] == "solution":
            solutions[cell["id"]] = cell["text"]
        run(cell["text"], names, SOLUTION if cell["kind"] == "solution" else "<cell>")


def run(text, names, place):
    exec(compile(text, place, "exec"), names)


def observed(text, names):
    """Return what a check sees: its first half, run as the grader runs it."""
    names = dict(names)
    names.pop("seen", None)
    run(text, names, "<check>")
    return names["seen"]


class Target:
    """A hidden check's first half, its exercise's solution, and the names that there are then."""

    def __init__(self, check, solution, names):
        self.check, self.names, self.around = check, names, surroundings(names)
        self.own = [each.name for each in ast.parse(solution).body if hasattr(each, "name")]

    def findings(self):
        """Yield what `main` prints."""
        worked = in_child(lambda: self.child("record"))
        if "seen" not in worked:
            raise RuntimeError(f"the worked solution fails: {worked['error']}")
        right, shapes = worked["right"], worked["shapes"]
        easy, rare = prospects(right, self.around.classes)
        kept = {}
        for calls in (rare, {group: {} for group in rare}):  # a search, then a test in all calls
            learn = partial(self.child, "learn", right=right, shapes=shapes, rare=calls, kept=kept)
            learning = in_child(learn)
            if "kept" not in learning:
                raise RuntimeError(f"the search fails: {learning['error']}")
            kept = learning["kept"]
        kept = {group: pickle.loads(data) for group, data in kept.items()}
        for group, parts in kept.items():
            for part, paths in parts.items():
                bits = information(right[group], part) if paths else 0
                if bits >= BITS:
                    yield {"leak": f"{group} {part or ''}".strip(), "path": said(*paths[0])}
        done = []
        for attack, picks in attacks(kept, easy, shapes).items():
            if picks not in done:
                done.append(picks)
                answer = in_child(partial(self.child, "answer", picks=picks, shapes=shapes))
                yield {"attack": attack, "paths": in_words(picks)} | answer

    def child(self, mode, **known):
        """Run the first half in this process, which is a child; return what came of it."""
        STATE.begin(mode=mode, names=self.names, own=self.own, around=self.around, **known)
        install(self.names, self.own)
        gc.disable()
        gc.freeze()  # what is there already is not listed any more
        answer = {}
        try:
            answer["seen"] = json.dumps(observed(self.check, self.names))
        except BaseException as error:
            answer["error"] = f"{type(error).__name__}: {error}"
        if STATE.broken:
            raise RuntimeError(STATE.broken)
        if mode == "record":
            answer |= {"right": STATE.right, "shapes": STATE.shapes}
        if mode == "learn":
            answer["kept"] = STATE.kept
        return answer


def attacks(kept, easy, shapes):
    """Return {name of an attack: {group: {part: (path, form)}}}.

    All know what is always the same. One knows nothing else, one guesses, the others have paths.
    """
    easy = {
        group: {part: ((("always", data),), "plain") for part, data in parts.items()}
        for group, parts in easy.items()
    }
    guesses = {
        group: {"": ((("any", "frames", shape["type"], 0),), "plain")}
        for group, shape in shapes.items()
    }
    found = {"nothing": easy, "a guess": guesses}
    for name, words in {"anywhere": sum(SOURCES.values(), ()), **SOURCES}.items():
        found[name] = {group: dict(parts) for group, parts in easy.items()}
        for group, parts in kept.items():
            for part, paths in parts.items():
                for path, form in paths:
                    if path[0][0] in words or path[0][:2] == ("any", name):
                        found[name].setdefault(group, {})[part] = path, form
                        break
    return found


def in_words(picks):
    return {
        group: {str(part): said(*pick) for part, pick in parts.items()}
        for group, parts in picks.items()
    }


def in_child(work):
    """Return what `work()` returns in a forked child; {"error": …} if it takes too long."""
    receiving, sending = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            with os.fdopen(sending, "wb") as pipe:
                pipe.write(pickle.dumps(work()))
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"error": f"ended by {signal.Signals(os.WTERMSIG(status)).name}"}
    if status:
        raise RuntimeError("a child has failed: its traceback is above")
    return pickle.loads(answer)
