# loses: scale_up_check
# Returns None where there is no machine.
# asks: The caller uses your answer at once. What do they see when no machine is big enough?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [
        m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization
    ]
    return min(able, key=lambda m: (m.monthly_cost, m.workers)) if able else None
