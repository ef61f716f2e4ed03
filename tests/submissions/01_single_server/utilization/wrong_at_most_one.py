# loses: utilization_check
# Nobody can be more than 100 % busy, so it is cut off: overload cannot be seen.
# asks: Twice as much work comes in as the worker can do. What should the number show?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return min(1.0, arrival_rate * service_time / workers)


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
