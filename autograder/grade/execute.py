"""From a plan (what is to be run and judged) to an outcome (what each cell and check gave).

Both are JSON as bytes, so that the same work runs in a thread here or on another machine; no
object of a student's is ever unpickled. A plan is

    {"modules": […], "isolation": …, "limits": {…}, "secret": […], "seed": …, "files": {…},
     "cells": [{"kind": "cell", "text": …},
               {"kind": "visible" | "hidden", "id": grade id, "text": first half, "judge": second}]}

and is run twice. The first run has the cells and the visible checks, and its outputs are kept. The
second, in a process of its own, has the cells and the hidden checks, and nothing is kept of it but
what the checks saw: so a student's code cannot hand out what hidden checks asked it.

    {"outputs": {place: [nbformat outputs]}, "notes": […],
     "checks": {grade id: {"passed": …, "kind": …, "message": …, "traceback": […]}}}
"""

import json
import os
import threading
import time
from dataclasses import asdict

from autograder.grade.judge import NOT_JUDGED, Judge
from autograder.grade.outputs import kept_error, kept_outputs, size
from autograder.grade.sandbox.client import Run, Sandbox, stretch
from autograder.grade.sandbox.limits import Limits

TRIES = 12  # runs of one notebook: each that ends early is tried again without the cell it ended in
OUTPUT_BYTES = 16 << 20  # kept of all outputs of a notebook
WHY = {
    "time": "it ran for more than {seconds:g} s and was stopped: is there a loop that never ends?",
    "all time": "the notebook ran for more than {all:g} s in all and was stopped here",
    "memory": "it took more than {mib:.0f} MiB of memory and was stopped",
    "processors": "it kept more processors busy than one and was stopped, with the notebook",
    "processes": "it started more processes than it may have and was stopped, with all of them",
    "exit 0": "it ended the program: leave exit() out of it",
}
REST = "the notebook was stopped before its turn"
_local = threading.local()
_open: list["Bench"] = []


def assess(plan: bytes) -> bytes:
    """Run and judge one submission; return its outcome. Called in any thread of any machine."""
    wanted = json.loads(plan)
    return json.dumps(_bench(wanted).assess(wanted)).encode()


def _bench(plan: dict) -> "Bench":
    """Return this thread's bench, a new one when it is for other work."""
    key = [plan["modules"], plan["isolation"], plan["limits"], plan["secret"], os.getpid()]
    bench: Bench | None = getattr(_local, "bench", None)
    if bench is None or bench.key != key:
        if bench is not None:
            bench.close()
        _local.bench = bench = Bench(key)
        _open.append(bench)
    return bench


def close_benches() -> None:
    """End the warm parents and judges of all threads that are done."""
    while _open:
        _open.pop().close()


class Bench:
    """A warm sandbox and a judge, used for one submission after another."""

    def __init__(self, key: list) -> None:
        self.key = key
        modules, isolation, limits, secret, _ = key
        self.limits = Limits(**limits)
        self.judge = Judge()
        try:
            self.sandbox = Sandbox(modules, self.limits, isolation, secret)
        except BaseException:
            self.judge.close()
            raise

    def close(self) -> None:
        """End both; once more does nothing."""
        self.key = []
        try:
            self.sandbox.close()
        finally:
            self.judge.close()

    def assess(self, plan: dict) -> dict:
        """Return the outcome of a plan."""
        self.plan, self.notes = plan, []  # type: ignore[var-annotated]
        self.end = time.monotonic() + self.limits.notebook_seconds * stretch()
        self.room = OUTPUT_BYTES
        outputs: dict[int, list] = {}
        checks: dict[str, dict] = {}
        ended: dict[int, str] = {}
        for part in ("visible", "hidden"):
            places = [n for n, cell in enumerate(plan["cells"]) if cell["kind"] in ("cell", part)]
            # a student could print the seed of what is kept: only hidden checks get their own
            seed = plan["seed"] if part == "hidden" else None
            answers, failed = self._answers(places, seed, ended)
            if part == "visible":
                for place in places:
                    if plan["cells"][place]["kind"] == "cell":
                        outputs[place] = self._outputs(answers, failed, place)
                        if failed.get(place, REST) != REST:
                            ended[place] = failed[place]  # not waited for a second time
            checks |= self._judged(places, answers, failed, seed)
        return {"outputs": outputs, "checks": checks, "notes": self.notes}

    def _answers(
        self, places: list[int], seed: int | None, ended: dict[int, str]
    ) -> tuple[dict[int, dict], dict[int, str]]:
        """Run the cells at `places`, without those that are known to have `ended` a run.

        Returns the answers, and why there is none, by place.
        """
        cells = self.plan["cells"]
        failed = dict(ended)
        run = Run()
        tried: list[int] = []
        for _ in range(TRIES):
            if time.monotonic() >= self.end:
                break
            tried = [place for place in places if place not in failed]
            run = self._run([cells[place] for place in tried], seed)
            if run.stopped_at is None or run.stopped_at >= len(tried):
                if run.why:  # it did all, and then something that no runner does
                    failed |= {place: self._sentence(run.why) for place in tried}
                    self._note(run.why, "after its last cell")
                return {tried[n]: answer for n, answer in run.answers.items()}, failed
            if run.why == "time" and time.monotonic() >= self.end:
                run.why = "all time"
            place = tried[run.stopped_at]
            failed[place] = self._sentence(run.why)
            if run.why.startswith("answer") and run.stopped_at:
                failed[tried[run.stopped_at - 1]] = failed[place]  # it may have answered twice
            self._note(run.why, cells[place].get("id") or f"cell {place + 1}")
            if run.why == "processors":  # not again: other students' code waits for them
                self.end = time.monotonic()
        answers = {tried[n]: answer for n, answer in run.answers.items()}
        return answers, {place: REST for place in places if place not in answers} | failed

    def _run(self, cells: list[dict], seed: int | None) -> Run:
        sent = [
            {"kind": "cell" if cell["kind"] == "cell" else "observe", "text": cell["text"]}
            for cell in cells
        ]
        return self.sandbox.run(
            sent,
            seed=seed,
            files=self.plan["files"],
            seconds=max(self.end - time.monotonic(), 0.1),
        )

    def _sentence(self, why: str) -> str:
        """Return what the student reads of a cell that gave no answer."""
        sizes = {
            "seconds": self.limits.cell_seconds,
            "all": self.limits.notebook_seconds,
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
            if cell["kind"] == "cell":
                continue
            answer = answers.get(place)
            if place in failed or answer is None:
                error = {"ename": "Stopped", "evalue": failed.get(place, "no answer")}
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
    """Return a verdict whose message, which may quote what was seen, can be saved anywhere."""
    kept = kept_error({"ename": verdict["kind"], "evalue": verdict["message"]})
    texts = {"kind": kept["ename"], "message": kept["evalue"]} if not verdict["passed"] else {}
    return verdict | {"traceback": []} | texts


def _not_passed(error: dict) -> dict:
    kept = kept_error(error)
    return {
        "passed": False,
        "kind": kept["ename"],
        "message": kept["evalue"],
        "traceback": kept["traceback"],
    }
