# loses: scale_up_check
# The first in the list, as if it were sorted.
# asks: Turn the catalog round and call again. Is the answer the same?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    for machine in catalog:
        if utilization(arrival_rate, service_time, machine.workers) <= max_utilization:
            return machine
    raise NoMachineBigEnough
