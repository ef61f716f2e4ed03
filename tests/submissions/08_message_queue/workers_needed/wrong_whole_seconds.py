# loses: workers_needed_hidden
# counts second by second: half a second is none
# asks: A message takes half a second. How many does one worker do in a second?
def workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum=1):
    for name, value in (("worker_rate", worker_rate), ("drain_seconds", drain_seconds)):
        if value <= 0:
            raise ValueError(f"{name} = {value}: must be > 0")
    seconds = max(1, int(drain_seconds))
    return max(minimum, math.ceil((backlog / seconds + arrival_rate) / worker_rate))
