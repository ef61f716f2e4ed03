# loses: utilization_hidden
# A mean number of requests made whole.
# asks: Can the mean of 1, 2 and 2 requests be a whole number?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return arrival_rate * service_time / workers


def requests_in_system(arrival_rate, mean_latency):
    return round(arrival_rate * mean_latency)
