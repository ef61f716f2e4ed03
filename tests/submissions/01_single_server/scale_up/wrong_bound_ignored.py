# loses: scale_up_hidden
# 0.8 whatever is asked for.
# asks: Where in your code does the caller's bound come in?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= 0.8]
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda m: (m.monthly_cost, m.workers))
