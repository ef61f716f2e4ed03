# loses: scale_up_hidden
# Of several at the same price the most powerful: sensible, but not what is asked.
# asks: Two machines cost the same. Which one does the text name, and is it the one with more
# workers?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [
        m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization
    ]
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda m: (m.monthly_cost, -m.workers))
