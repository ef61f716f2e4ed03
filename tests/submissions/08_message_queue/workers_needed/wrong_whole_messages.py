# loses: workers_needed_hidden
# rounds the arrivals down to whole messages
# asks: Half a message a second arrives. How many in a minute?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    for name, value in (("worker_rate", worker_rate), ("drain_seconds", drain_seconds)):
        if value <= 0:
            raise ValueError(f"{name} = {value}: must be > 0")
    todo = backlog + int(arrival_rate * drain_seconds)
    return max(minimum, math.ceil(todo / (worker_rate * drain_seconds)))
