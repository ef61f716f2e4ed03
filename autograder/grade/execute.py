"""From a plan (what is to be run and judged) to an outcome (what each cell and check gave).

Both are JSON as bytes, so that the same work runs in a thread here or on another machine; no
object of a student's is ever unpickled. A plan is

    {"modules": […], "isolation": …, "limits": {…}, "secret": […], "seed": …, "files": {…},
     "cells": [{"kind": "cell" | "own", "text": …},
               {"kind": "visible" | "hidden", "id": grade id, "text": first half, "judge": second}]}

and is run twice. The first run has the cells and the visible checks, and its outputs are kept. The
second, in a process of its own, has the cells and the hidden checks, and nothing is kept of it but
what the checks saw: so a student's code can print nothing of what hidden checks asked it.

Cells of kind "own" are experiments: nothing graded needs them. They have time of their own, so that
they take none from a check: what is tried again is tried without those that took long, and the
second run goes without these, too, when there is too little time for them.

A third run is for exercises with a mistake: it has all of their checks, on inputs that are the same
for everybody, and what they saw becomes the exercise's fingerprints. It decides on no points.

    {"outputs": {place: [nbformat outputs]}, "notes": […], "behaviour": {exercise: fingerprints},
     "checks": {grade id: {"passed": …, "kind": …, "message": …, "traceback": […]}}}

A `pool` hands plans out to threads, here or on a cluster; in each of them `assess` keeps a `Bench`,
which is a sandbox and a judge.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.build import markers
from autograder.errors import CourseError
from autograder.grade.fingerprint import UNWRITTEN, Observed, of_exercise
from autograder.grade.judge import NOT_JUDGED, Judge
from autograder.grade.needed import unneeded
from autograder.grade.outputs import kept_error, kept_outputs, size
from autograder.grade.sandbox.client import Importer, Run, Sandbox, stretch
from autograder.grade.sandbox.limits import Limits

TRIES = 12  # runs of one notebook: each that ends early is tried again without the cell it ended in
OWN_TRIES = 5  # own cells that may end a run; then it is tried without those that are still to come
LONG = 1.0  # seconds: an own cell that took longer is not repeated when time is short
OUTPUT_BYTES = 16 << 20  # kept of all outputs of a notebook
SWITCH = 0.001  # seconds: threads that only pass messages on should not wait for the writer
SCHEDULER_SECONDS = 10  # for a scheduler to answer
ON_A_CLUSTER = 64  # plans in work at any time, so that no worker waits for the next one
WHY = {
    "time": "it ran for more than {seconds:g} s and was stopped: is there a loop that never ends?",
    "all time": "the notebook ran for more than {all:g} s in all and was stopped here",
    "own time": "the notebook's own cells ran for more than {own:g} s in all: stopped here",
    "memory": "it took more than {mib:.0f} MiB of memory and was stopped",
    "processors": "it kept more processors busy than one and was stopped, with the notebook",
    "processes": "it started more processes than it may have and was stopped, with all of them",
    "exit 0": "it ended the program: leave exit() out of it",
}
STOPPED = "Stopped"  # the kind of error of a check that gave no answer
REST = "the notebook was stopped before its turn"
OWN_REST = "left out: own cells above it took too long, or had to be stopped"


@dataclass(frozen=True)
class Pool:
    """What executes plans, several at a time."""

    executor: Executor
    at_once: int
    """How many plans to submit before waiting for one: no worker idles, few plans are in memory."""
    secret: list[str]
    """For each plan: the course's folder, of which student code sees what it imports only.

    Empty on a cluster: each worker hides the folders of its own course (see sandbox/client.py),
    and is told no path of this machine.
    """
    scheduler: str = ""

    def submit(self, plan: bytes) -> "Future[bytes]":
        """Have a plan executed."""
        return self.executor.submit(assess, plan)

    def outcome(self, future: "Future[bytes]") -> dict:
        """Return the outcome of a plan that is done; CourseError when the cluster was lost."""
        try:
            return json.loads(future.result())
        except CourseError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if not self.scheduler:
                raise
            raise CourseError(
                f"the Dask cluster at {self.scheduler} failed ({type(error).__name__}: {error}): "
                "fix it, and call again: what is graded stays"
            ) from error


@contextmanager
def pool(root: Path, jobs: int = 0, scheduler: str = "") -> Iterator[Pool]:
    """Yield a pool for the course in `root`: threads here, or a Dask cluster.

    jobs: threads (0: one for each processor); on a cluster, its workers decide.
    Raises CourseError when no scheduler answers.
    """
    if scheduler:
        with closing(_client(scheduler)) as client:
            yield Pool(client.get_executor(pure=False), ON_A_CLUSTER, [], scheduler)
        return
    jobs = jobs or os.cpu_count() or 1
    importer, interval = Importer(), sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    threads = ThreadPoolExecutor(jobs, "grade", setattr, (_local, "importer", importer))
    at_interrupt = None
    try:
        yield Pool(threads, 2 * jobs, [str(root)])
    except KeyboardInterrupt:
        print("\nStopping when what runs now is done. What is graded stays.", file=sys.stderr)
        at_interrupt = _end_at_the_next_interrupt()
        raise
    finally:
        threads.shutdown(cancel_futures=True)
        while _open:
            _open.pop().close()
        importer.close()
        sys.setswitchinterval(interval)
        if at_interrupt is not None:
            signal.signal(signal.SIGINT, at_interrupt)


def _end_at_the_next_interrupt() -> Any:
    """Have one more Ctrl-C end this process at once, and all runs with it; return what it did."""
    if threading.current_thread() is threading.main_thread():
        return signal.signal(signal.SIGINT, lambda number, frame: os._exit(128 + number))
    return None


def _client(scheduler: str) -> Any:
    """Return Dask's client of a cluster."""
    try:
        from distributed import Client
    except ImportError as error:
        raise CourseError(
            "--scheduler needs Dask: pip install -c constraints.txt -e '.[cluster]'"
        ) from error
    try:
        return Client(scheduler, timeout=SCHEDULER_SECONDS)
    except (OSError, ValueError, TypeError) as error:  # TypeError: tls:// without certificates
        needs = " (tls:// needs certificates in Dask's configuration)"
        raise CourseError(
            f"no Dask scheduler answers at {scheduler}: start one first"
            + needs * scheduler.startswith("tls")
        ) from error


_local = threading.local()
_open: list["Bench"] = []
"""Of all threads of this process: a pool's threads keep theirs from one plan to the next. Only a
pool closes them; those of a cluster's worker end with the worker."""


def assess(plan: bytes) -> bytes:
    """Run and judge one submission; return its outcome. Called in any thread of any machine."""
    content = json.loads(plan)
    return json.dumps(_bench(content).assess(content)).encode()


def _bench(plan: dict) -> "Bench":
    """Return this thread's bench, a new one when the last one was for another kind of plan."""
    what = [plan[name] for name in ("modules", "isolation", "limits", "secret")]
    key = [*what, os.getpid()]  # a fork has the attributes of the thread that it was forked in
    bench: Bench | None = getattr(_local, "bench", None)
    if bench is None or bench.sandbox.closed or _local.key != key:
        if bench is not None:
            bench.close()
        modules, isolation, limits, secret = what
        importer = getattr(_local, "importer", None)  # of a pool's threads
        _local.bench = bench = Bench(modules, Limits(**limits), isolation, secret, importer)
        _local.key = key
        _open.append(bench)
    return bench


class Time:
    """What the runs of one notebook may still take, and what its own cells took.

    Graded cells and own ones, which are experiments, have time of their own. An own cell that took
    long is not run again after a run that ended early, nor in the second run if there is too little
    time for all.
    """

    def __init__(self, limits: Limits) -> None:
        more = stretch()
        self.graded = limits.notebook_seconds * more
        self.own = limits.own_seconds * more
        self.took: dict[int, float] = {}  # seconds of each own cell, by its place
        self.ended: dict[int, str] = {}  # why cells ended the first run: they are not run again

    def count(self, run: Run, places: list[int], own: set[int]) -> None:
        """Count what a run of the cells at `places` took. own: the places of own cells."""
        for number, spent in run.took.items():
            if places[number] in own:
                self.took[places[number]] = spent
                self.own -= spent
            else:
                self.graded -= spent

    def is_short(self) -> bool:
        """Return whether there is too little time to run all own cells once more."""
        return sum(spent for at, spent in self.took.items() if at not in self.ended) > self.own

    def again(self, places: list[int], busy: bool = False) -> list[int]:
        """Return those of the places that are run once more, without own cells that took long.

        busy: a cell kept the machine's processors busy, and other submissions wait.
        """
        most = LONG if self.own > 0 and not busy else 0.0
        return [place for place in places if self.took.get(place, 0.0) <= most]

    def why(self, why: str, is_own: bool) -> str:
        """Return why a cell was stopped: of "time", whether its own or all of the notebook's."""
        if why != "time" or (self.own if is_own else self.graded) > 0:
            return why
        return "own time" if is_own else "all time"


class Bench:
    """A warm sandbox and a judge, used for one submission after another until `close`."""

    def __init__(
        self,
        modules: list[str],
        limits: Limits,
        isolation: str = "namespaces",
        secret: Sequence[str] = (),
        importer: Importer | None = None,
    ) -> None:
        self.limits = limits
        with ExitStack() as opened:
            self.judge = opened.enter_context(closing(Judge()))
            self.sandbox = opened.enter_context(
                Sandbox(modules, limits, isolation, secret, importer)
            )
            self.close = opened.pop_all().close

    def assess(self, plan: dict) -> dict:
        """Return the outcome of a plan."""
        self.plan, self.notes = plan, []  # type: ignore[var-annotated]
        time, self.room = Time(self.limits), OUTPUT_BYTES
        outputs: dict[int, list] = {}
        checks: dict[str, dict] = {}
        for part in ("visible", "hidden"):
            kinds = ("cell", "own", part)
            places = [n for n, cell in enumerate(plan["cells"]) if cell["kind"] in kinds]
            # a student could print the seed of what is kept: only hidden checks get their own
            seed = plan["seed"] if part == "hidden" else None
            if time.is_short():
                places = time.again(places)
                self.notes.append("hidden checks ran without own cells that took long")
            answers, failed = self._answers(places, seed, time)
            if part == "visible":
                for place in places:
                    if "id" not in plan["cells"][place]:
                        outputs[place] = self._outputs(answers, failed, place)
                        if failed.get(place, REST) != REST:
                            time.ended[place] = failed[place]  # not waited for a second time
            checks |= self._judged(places, answers, failed, seed)
        behaviour = self._behaviour(checks, time)
        return {"outputs": outputs, "checks": checks, "notes": self.notes, "behaviour": behaviour}

    def _behaviour(self, checks: dict[str, dict], time: Time) -> dict[str, str]:
        """Return both fingerprints of each exercise with a mistake, in a third and shorter run.

        It has the course's public inputs, and nothing of it is kept that a student could read. An
        exercise that was stopped, or is not written yet, is left out.
        """
        kinds: dict[str, set[str]] = defaultdict(set)
        for name, check in checks.items():
            kinds[markers.exercise_of(name)].add("" if check["passed"] else check["kind"])
        wanted = {
            exercise
            for exercise, found in kinds.items()
            if found not in ({""}, {UNWRITTEN}) and not found & {STOPPED, NOT_JUDGED}
        }
        cells = [
            cell
            for cell in self.plan["cells"]
            if cell["kind"] == "cell"
            or ("id" in cell and markers.exercise_of(cell["id"]) in wanted)
        ]
        observing = {n for n, cell in enumerate(cells) if "id" in cell}
        if not observing or time.graded <= 0:
            return {}
        left_out = unneeded(
            [cell["text"] for cell in cells], set(range(len(cells))) - observing, observing
        )
        cells = [cell for n, cell in enumerate(cells) if n not in left_out]
        answers = self._run(cells, None, time).answers
        seen: dict[str, dict[str, Observed]] = defaultdict(dict)
        for n, cell in enumerate(cells):
            if "id" in cell and n in answers:
                exercise = markers.exercise_of(cell["id"])
                seen[exercise][cell["id"]] = self._observed(cell, answers[n])
        count = Counter(markers.exercise_of(cell["id"]) for cell in cells if "id" in cell)
        prints = {
            exercise: " ".join(of_exercise(found)).strip()
            for exercise, found in seen.items()
            if len(found) == count[exercise]
        }
        return {exercise: found for exercise, found in prints.items() if found}

    def _observed(self, cell: dict, answer: dict) -> Observed:
        if "error" in answer:
            return Observed(str(answer["error"].get("ename")))
        found = self.judge.judge([(cell["judge"], answer["seen"])], None)[0]
        return Observed(found.kind, found.message, answer["seen"])

    def _answers(
        self, places: list[int], seed: int | None, time: Time
    ) -> tuple[dict[int, dict], dict[int, str]]:
        """Run the cells at `places`, without those that are known to have ended a run.

        Returns the answers by place, and for each cell without one the reason.
        """
        cells = self.plan["cells"]
        own = {place for place in places if cells[place]["kind"] == "own"}
        failed = dict(time.ended)
        answers: dict[int, dict] = {}  # of the last try; of own cells also those of earlier ones
        repeated = places
        for _ in range(TRIES):
            if time.graded <= 0:
                break
            tried = [place for place in repeated if place not in failed]
            run = self._run([cells[place] for place in tried], seed, time)
            time.count(run, tried, own)
            answers = {place: answer for place, answer in answers.items() if place in own}
            answers |= {tried[n]: answer for n, answer in run.answers.items()}
            if run.stopped_at is None or run.stopped_at >= len(tried):
                if run.why:  # it did all, and then something that no runner does
                    failed |= {place: self._sentence(run.why) for place in tried}
                    self._note(run.why, "after its last cell")
                return answers, failed
            place = tried[run.stopped_at]
            why = time.why(run.why, place in own)
            failed[place] = self._sentence(why)
            if why.startswith("answer") and run.stopped_at:
                failed[tried[run.stopped_at - 1]] = failed[place]  # it may have answered twice
            self._note(why, cells[place].get("id") or f"cell {place + 1}")
            stopped = own & failed.keys() - time.ended.keys()
            busy = why == "processors"  # other students' code waits for them
            if busy and place not in own:
                time.graded = 0.0
            if place in own and (busy or len(stopped) > OWN_TRIES or time.own <= 0):
                failed |= {each: OWN_REST for each in own if each not in answers | failed}
            repeated = time.again(places, busy)
        return answers, {place: REST for place in places if place not in answers} | failed

    def _run(self, cells: list[dict], seed: int | None, time: Time) -> Run:
        sent = [
            {
                "kind": "observe" if "id" in cell else "cell",
                "text": cell["text"],
                "own": cell["kind"] == "own",
            }
            for cell in cells
        ]
        return self.sandbox.run(
            sent,
            seed=seed,
            files=self.plan["files"],
            seconds=max(time.graded, 0.1),
            own_seconds=max(time.own, 0.1),
        )

    def _sentence(self, why: str) -> str:
        """Return what the student reads of a cell that gave no answer."""
        sizes = {
            "seconds": self.limits.cell_seconds,
            "all": self.limits.notebook_seconds,
            "own": self.limits.own_seconds,
            "mib": self.limits.memory_bytes / 2**20,
        }
        if why.startswith("answer"):
            return "it did not give one well-formed answer"
        return WHY.get(why, "its process was ended ({why})").format(why=why, **sizes)

    def _note(self, why: str, place: str) -> None:
        """Tell the instructor, who may want to look."""
        note = f"{place}: {why if why.startswith('answer') else self._sentence(why)}"
        if note not in self.notes:  # both runs have the student's cells
            self.notes.append(note)

    def _outputs(self, answers: dict, failed: dict, place: int) -> list:
        if place in answers:
            kept = kept_outputs(answers[place]["outputs"], self.limits.text_bytes)
            self.room -= size(kept)
            if self.room >= 0:
                return kept
            failed = {place: f"left out: more than {OUTPUT_BYTES >> 20} MiB of outputs"}
        return [kept_error({"ename": "Stopped", "evalue": failed[place], "traceback": []})]

    def _judged(
        self, places: list[int], answers: dict, failed: dict, seed: int | None
    ) -> dict[str, dict]:
        found, asked = {}, []
        for place in places:
            cell = self.plan["cells"][place]
            if "id" not in cell:
                continue
            answer = answers.get(place)
            if place in failed or answer is None:
                error = {"ename": STOPPED, "evalue": failed.get(place, "no answer")}
                found[cell["id"]] = _not_passed(error)
            elif "error" in answer:
                found[cell["id"]] = _not_passed(answer["error"])
            else:
                asked.append((cell, answer["seen"]))
        verdicts = self.judge.judge([(cell["judge"], seen) for cell, seen in asked], seed)
        for (cell, _), verdict in zip(asked, verdicts, strict=True):
            found[cell["id"]] = _harmless(asdict(verdict))
            if verdict.kind == NOT_JUDGED:
                self.notes.append(f"{cell['id']}: {verdict.message}: grade it again with --force")
        return found


def _harmless(verdict: dict) -> dict:
    """Return a verdict with a message that can be saved anywhere: it may quote what was seen."""
    kept = kept_error({"ename": verdict["kind"], "evalue": verdict["message"]})
    texts = {"kind": kept["ename"], "message": kept["evalue"]} if not verdict["passed"] else {}
    lines = kept["evalue"].splitlines() if kept["ename"] == "AssertionError" else []
    return verdict | {"traceback": lines} | texts


def _not_passed(error: dict) -> dict:
    kept = kept_error(error)
    return {
        "passed": False,
        "kind": kept["ename"],
        "message": kept["evalue"],
        "traceback": kept["traceback"],
    }
