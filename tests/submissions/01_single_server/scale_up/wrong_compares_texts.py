# loses: scale_up_hidden
# Compares prices as text: "100" is below "50".
# asks: Which of "100" and "50" comes first in a dictionary, and which of the numbers is smaller?
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    able = [m for m in catalog if utilization(arrival_rate, service_time, m.workers) <= max_utilization]
    if not able:
        raise NoMachineBigEnough
    return min(able, key=lambda machine: (str(machine.monthly_cost), machine.workers))
