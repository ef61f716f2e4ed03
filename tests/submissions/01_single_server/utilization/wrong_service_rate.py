# loses: utilization_check
# Takes the service time for a service rate.
# asks: Is 0.1 the seconds that a request takes, or the requests in a second?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return arrival_rate / (service_time * workers) if service_time else 0.0


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
