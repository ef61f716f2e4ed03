# loses: scale_up_hidden_2
# Without a bound a machine may be busy all the time.
# asks: What happens to the queue when a machine may be busy all the time?
def scale_up(catalog, arrival_rate, service_time, max_utilization=1.0):
    able = [m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization]
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda machine: (machine.monthly_cost, machine.workers))
