# Best so far, compared by hand; its own kind of NoMachineBigEnough.
class NothingBigEnough(NoMachineBigEnough):
    pass


best = None


def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    best = None
    for machine in catalog:
        if utilization(arrival_rate, service_time, machine.workers) > max_utilization:
            continue
        if best is None or machine.monthly_cost < best.monthly_cost:
            best = machine
        elif machine.monthly_cost == best.monthly_cost and machine.workers < best.workers:
            best = machine
    if best is None:
        raise NothingBigEnough()
    return best
