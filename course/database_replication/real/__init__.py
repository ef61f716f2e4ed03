"""The same classes on real databases: real SQL, real threads, real time.

    measure(Router, Replica, lag=0.1) → Measured

The statements are those of the simulation's own traffic, at their times. One thread per replica
delivers the primary's log, each entry late by exactly the lag that it has in the simulation.
"""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from course.database_replication.baselines import AsItComes
from course.database_replication.real.run import Run
from course.database_replication.real.stores import SQLITE, stores
from course.database_replication.traffic import traffic
from course.engine import parameters, workload
from course.engine.threads import require_processes


@dataclass(frozen=True)
class Measured:
    """A run on real databases of the kind `kind`: columns with a row per statement, in seconds.

    write: whether it writes. place: the node that answered, 0 the primary, −1 where it was refused.
    stale: whether a read lacked a write that had been confirmed before it started. latency: how
    long it took. refused: how many statements the router refused or sent to a wrong node.
    diverged: how many values of the replicas differ from the primary's after everything has been
    delivered.
    """

    kind: str
    write: np.ndarray
    place: np.ndarray
    stale: np.ndarray
    latency: np.ndarray
    refused: int
    diverged: int

    @property
    def stale_share(self):
        """Share of the answered reads that were stale."""
        reads = ~self.write & (self.place >= 0)
        return float(self.stale[reads].mean()) if reads.any() else 0.0

    def percentile(self, percent, write):
        """Return the latency (s) that `percent` % of the writes, or reads, did not exceed."""
        chosen = self.latency[(self.write == write) & (self.place >= 0)]
        return float(np.percentile(chosen, percent)) if chosen.size else float("nan")


def measure(
    router,
    replica=AsItComes,
    *,
    seed=0,
    read_share=0.8,
    replicas=2,
    lag=0.1,
    arrival_rate=400.0,
    requests=600,
    database=SQLITE,
    progress=None,
):
    """Return the Measured of the traffic of `simulate`, on databases of the kind `database`.

    router: a class with `route(sql)`; replica: a class or instance with `apply(entries)`, `lsn` and
    `data`. The numbers mean what they mean for `simulate`; the run takes a little longer than
    requests / arrival_rate seconds. database: "SQLite files", or "PostgreSQL" where DATABASE_URL
    names a server. progress: is called ten times a second with the share of the traffic that came.

    ValueError names a bad number, ComponentError says what a component did wrong,
    DatabaseUnavailable what is wrong with a database, NoProcesses that there are no
    threads. When it returns or raises, all threads have ended and all databases are gone.
    """
    require_processes()
    count = parameters.count("requests", requests, at_most=20_000)
    replicas = parameters.count("replicas", replicas, at_least=0, at_most=8)
    lag = parameters.number("lag", lag, at_least=0, at_most=10, unit="s")
    asked = traffic(seed, arrival_rate, read_share, count)
    delays = [
        lag * workload.stream(seed, f"lag {number}").exponential(size=count)
        for number in range(replicas)
    ]
    names = ["primary", *(f"replica-{number + 1}" for number in range(replicas))]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as leaving:
        made = stores(database, names, folder)
        for store in made:
            leaving.callback(store.drop)
            store.create()
        run = Run(asked, delays, names, made, router, replica)
        run.go(progress)
        return Measured(
            kind=database,
            write=asked.write,
            place=run.place,
            stale=run.stale,
            latency=run.latency,
            refused=run.refused,
            diverged=run.diverged(),
        )
