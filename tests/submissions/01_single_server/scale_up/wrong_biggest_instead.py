# loses: scale_up_check
# Takes the biggest machine where none is big enough.
# asks: The biggest machine is still too small. Does buying it solve the problem?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [
        m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization
    ]
    if able:
        return min(able, key=lambda m: (m.monthly_cost, m.workers))
    return max(catalog, key=lambda m: m.workers)
