# loses: workers_needed_hidden
# the ValueError does not say which value was given
# asks: Several values go in. Which one does your error tell the caller to correct?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    if worker_rate <= 0:
        raise ValueError("worker_rate must be > 0")
    if drain_seconds <= 0:
        raise ValueError("drain_seconds must be > 0")
    return max(minimum, math.ceil((arrival_rate + backlog / drain_seconds) / worker_rate))
