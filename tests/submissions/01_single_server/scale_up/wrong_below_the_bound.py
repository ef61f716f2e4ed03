# loses: scale_up_hidden_2
# Strictly below the bound.
# asks: A machine is busy exactly as much as the bound allows. Is that allowed?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [
        m for m in catalog if utilization(arrival_rate, service_time, m.workers) < max_utilization
    ]
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda m: (m.monthly_cost, m.workers))
