# A loop over a sorted copy, without the function of exercise B.
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    for machine in sorted(catalog, key=lambda m: (m.monthly_cost, m.workers)):
        if arrival_rate * service_time / machine.workers <= max_utilization:
            return machine
    raise NoMachineBigEnough
