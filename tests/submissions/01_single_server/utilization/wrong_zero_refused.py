# loses: utilization_hidden
# Refuses a quiet night: a rate of 0.
# asks: Nobody comes at night. How busy is the server then?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate <= 0 or service_time <= 0 or workers < 1:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return arrival_rate * service_time / workers


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
