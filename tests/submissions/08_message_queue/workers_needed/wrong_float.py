# loses: workers_needed_hidden
# returns a float
# asks: Which type does a number of workers have?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    if worker_rate <= 0:
        raise ValueError(f"worker_rate = {worker_rate}: must be > 0")
    if drain_seconds <= 0:
        raise ValueError(f"drain_seconds = {drain_seconds}: must be > 0")
    return max(minimum, -(-(arrival_rate + backlog / drain_seconds) // worker_rate))
