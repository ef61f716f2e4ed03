# loses: scale_up_hidden_2
# Takes the machines that are too small out of the caller's list.
# asks: Is the caller's list as long after your call as before?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    for machine in list(catalog):
        if utilization(arrival_rate, service_time, machine.workers) > max_utilization:
            catalog.remove(machine)
    if not catalog:
        raise NoMachineBigEnough
    return min(catalog, key=lambda machine: (machine.monthly_cost, machine.workers))
