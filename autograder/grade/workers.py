"""Where submissions are assessed: in threads here, or on a Dask cluster."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager

from autograder.errors import CourseError
from autograder.grade import execute

SWITCH = 0.001  # seconds: threads that only pass messages on should not wait for the writer
SECONDS = 10  # for a scheduler to answer


@contextmanager
def executor(jobs: int, scheduler: str) -> Iterator[Executor]:
    """Yield what runs `jobs` submissions at a time here (0: one a core), or all on a cluster."""
    if scheduler:
        yield from _cluster(scheduler)
        return
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    pool = ThreadPoolExecutor(jobs or os.cpu_count() or 1, thread_name_prefix="grade")
    try:
        yield pool
    except KeyboardInterrupt:
        print("\nStopping when what runs now is done. What is graded stays.", file=sys.stderr)
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        execute.close_benches()
        sys.setswitchinterval(interval)


def outcome(future: Future, scheduler: str) -> dict:
    """Return the outcome (see execute.py) of a finished future; CourseError of a lost cluster."""
    try:
        return json.loads(future.result())
    except CourseError:
        raise
    except (Exception, asyncio.CancelledError) as error:
        if not scheduler:
            raise
        raise CourseError(
            f"the Dask cluster at {scheduler} failed ({type(error).__name__}: {error}): mend it, "
            "and call again: what is graded stays"
        ) from error


def _cluster(scheduler: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as error:
        raise CourseError(
            "--scheduler needs Dask: pip install -c constraints.txt -e '.[cluster]'"
        ) from error
    try:
        client = Client(scheduler, timeout=SECONDS)
    except (OSError, ValueError, TypeError) as error:  # TypeError: tls:// without certificates
        needs = " (tls:// needs certificates in Dask's configuration)"
        raise CourseError(
            f"no Dask scheduler answers at {scheduler}: start one first"
            + needs * scheduler.startswith("tls")
        ) from error
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()
