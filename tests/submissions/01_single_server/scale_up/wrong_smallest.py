# loses: scale_up_hidden
# The smallest that does, not the cheapest.
# asks: Of all machines that are big enough, what does the manager pay attention to?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [
        m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization
    ]
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda m: m.workers)
