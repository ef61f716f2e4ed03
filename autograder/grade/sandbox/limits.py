"""How much of what one run of a notebook may have."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes of one run; a run that wants more ends, and its notes say why."""

    cell_seconds: float = 10.0  # wall time of one cell or check; more where the machine is busy
    notebook_seconds: float = 120.0  # wall time of the notebook, with all second tries
    cpu_seconds: int = 120  # of one process
    memory_bytes: int = 1024 * MIB  # of all processes together, beside what is shared
    processors: float = 1.25  # kept busy by all processes together, beside
    burst_seconds: float = 3.0  # of processor time; more would keep other students' code waiting
    disk_bytes: int = 64 * MIB  # what the run can write, in its own temporary files
    file_bytes: int = 32 * MIB  # of one file
    processes: int = 64
    answer_bytes: int = 4 * MIB  # what one cell hands out; four times that, all together
    text_bytes: int = 64 * 1024  # what of its output is kept
