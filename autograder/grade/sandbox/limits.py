"""How much of what one run of a notebook may have."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one run of a notebook may use; a run that needs more ends, and its notes say why.

    A notebook is run twice (see execute.py), and again without a cell that broke a limit.
    docs/grading.md has the same as a table, with what a student reads in each case.
    """

    cell_seconds: float = 10.0
    """Wall time of one cell or check, in seconds; up to 6 times as long on a busy machine."""
    notebook_seconds: float = 120.0
    """Wall time of a notebook with both runs and all second tries, without the own cells that
    nothing graded needs; stretched in the same way."""
    own_seconds: float = 120.0
    """Wall time of those own cells, in both runs and all second tries, stretched likewise."""
    cpu_seconds: int = 120
    """Processor time of any one process."""
    memory_bytes: int = 1024 * MIB
    """Of all processes together, not counting what they share with the warm parent."""
    processors: float = 1.25
    """Kept busy by all processes together: more would keep other students' code waiting."""
    burst_seconds: float = 3.0
    """Processor time that is allowed on top of that."""
    disk_bytes: int = 64 * MIB
    """What the run can write, in its own temporary files; not held with `--isolation process`."""
    file_bytes: int = 32 * MIB
    """Of one file."""
    processes: int = 64
    """Processes and threads; with `--isolation process`, processes."""
    answer_bytes: int = 4 * MIB
    """All that the checks of a run hand out; half of it for one check or for one cell's outputs,
    twice as much for the outputs of all cells."""
    text_bytes: int = 64 * 1024
    """Kept of the text that one cell puts out."""
