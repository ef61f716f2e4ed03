# loses: scale_up_hidden
# A price of 0 counts as "no price yet".
# asks: How do you note that there is no best machine yet? Could a real price look the same?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    best, price = None, 0
    for machine in sorted(catalog, key=lambda machine: machine.workers):
        if utilization(arrival_rate, service_time, machine.workers) <= max_utilization:
            if not price or machine.monthly_cost < price:
                best, price = machine, machine.monthly_cost
    if best is None:
        raise NoMachineBigEnough
    return best
