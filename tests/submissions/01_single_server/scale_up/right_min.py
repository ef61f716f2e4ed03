# min, whose complaint about nothing is turned into the error asked for.
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    def price(machine):
        return machine.monthly_cost, machine.workers

    try:
        return min(
            (
                m
                for m in catalog
                if utilization(arrival_rate, service_time, m.workers) <= max_utilization
            ),
            key=price,
        )
    except ValueError:
        raise NoMachineBigEnough(f"{arrival_rate} requests/s") from None
