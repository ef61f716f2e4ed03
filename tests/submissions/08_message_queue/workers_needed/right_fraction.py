from fractions import Fraction


def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    if worker_rate <= 0:
        raise ValueError(f"worker_rate = {worker_rate}: must be > 0")
    if drain_seconds <= 0:
        raise ValueError(f"drain_seconds = {drain_seconds}: must be > 0")
    workers = Fraction(minimum)
    while workers * worker_rate * drain_seconds < backlog + arrival_rate * drain_seconds:
        workers += 1
    return workers
