# loses: utilization_check
# The work that comes in, but not shared among the workers.
# asks: Two workers share what one did before. How busy is each?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return arrival_rate * service_time


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
