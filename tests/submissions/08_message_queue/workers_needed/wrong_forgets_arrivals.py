# loses: workers_needed_check
# takes the larger of arrivals and backlog, not their sum
# asks: Messages go on arriving while the backlog is worked off. Who does which work?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    if worker_rate <= 0:
        raise ValueError(f"worker_rate = {worker_rate}: must be > 0")
    if drain_seconds <= 0:
        raise ValueError(f"drain_seconds = {drain_seconds}: must be > 0")
    return max(minimum, math.ceil(max(arrival_rate, backlog / drain_seconds) / worker_rate))
