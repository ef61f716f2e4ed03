# loses: scale_up_hidden_2
# Sorts the list of the caller.
# asks: Does the catalog still have its old order after your call?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    catalog.sort(key=lambda m: (m.monthly_cost, m.workers))
    for machine in catalog:
        if utilization(arrival_rate, service_time, machine.workers) <= max_utilization:
            return machine
    raise NoMachineBigEnough
