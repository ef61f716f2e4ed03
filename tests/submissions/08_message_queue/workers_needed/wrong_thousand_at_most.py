# loses: workers_needed_hidden
# a budget that the text does not have
# asks: Does the text give a budget?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    for name, value in (("worker_rate", worker_rate), ("drain_seconds", drain_seconds)):
        if value <= 0:
            raise ValueError(f"{name} = {value}: must be > 0")
    workers = math.ceil((arrival_rate + backlog / drain_seconds) / worker_rate)
    return min(1000, max(minimum, workers))
