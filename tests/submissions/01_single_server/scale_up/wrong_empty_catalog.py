# loses: scale_up_hidden_2
# Looks at the biggest machine first, which an empty catalog has not.
# asks: What is your first step with the catalog, and what if it holds nothing?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    biggest = max(catalog, key=lambda m: m.workers)
    if utilization(arrival_rate, service_time, biggest.workers) > max_utilization:
        raise NoMachineBigEnough
    able = [
        m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization
    ]
    return min(able, key=lambda m: (m.monthly_cost, m.workers))
