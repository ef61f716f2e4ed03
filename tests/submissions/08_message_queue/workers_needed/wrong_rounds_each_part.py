# loses: workers_needed_hidden
# rounds arrivals and backlog up one by one: sometimes one too many
# asks: Two parts need 1.2 and 1.3 workers. How many do they need together?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    if worker_rate <= 0:
        raise ValueError(f"worker_rate = {worker_rate}: must be > 0")
    if drain_seconds <= 0:
        raise ValueError(f"drain_seconds = {drain_seconds}: must be > 0")
    return max(minimum, math.ceil(arrival_rate / worker_rate) + math.ceil(backlog / drain_seconds / worker_rate))
