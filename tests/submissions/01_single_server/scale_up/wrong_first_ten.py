# loses: scale_up_hidden
# Looks at ten machines at most.
# asks: How many machines may a catalog have?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = []
    for machine in catalog[:10]:
        if utilization(arrival_rate, service_time, machine.workers) <= max_utilization:
            able.append(machine)
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda machine: (machine.monthly_cost, machine.workers))
