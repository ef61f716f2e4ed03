# loses: utilization_hidden
# Rounds to two digits.
# asks: How much of the exact value is left after your last step?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return round(arrival_rate * service_time / workers, 2)


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
