"""What a run on real databases showed."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """What a run on real databases showed: a row a statement, in seconds.

    `place` is the node that answered (0 the primary), −1 where it was refused; `stale` whether a
    read lacked a write that had been confirmed before it started. `diverged`: how many values of
    the replicas differ from the primary's after everything has been delivered.
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
