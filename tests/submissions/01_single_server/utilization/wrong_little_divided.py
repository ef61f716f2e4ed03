# loses: utilization_check_2
# Divides where Little multiplies.
# asks: Ten requests a second, each there for two seconds. How many are there at a time?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return arrival_rate * service_time / workers


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate / mean_latency
