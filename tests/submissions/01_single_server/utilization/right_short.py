# One condition after the other.
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0:
        raise ValueError(f"the rate cannot be {arrival_rate}")
    if service_time < 0:
        raise ValueError(f"the time cannot be {service_time}")
    if workers < 1:
        raise ValueError(f"there must be a worker, not {workers}")
    return arrival_rate * service_time / workers


def requests_in_system(arrival_rate, mean_latency):
    return mean_latency * arrival_rate
