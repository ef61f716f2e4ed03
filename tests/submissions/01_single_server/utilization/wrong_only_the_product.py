# loses: utilization_hidden_2
# Looks at the result only: two wrongs make a right, and 0 workers divide by zero.
# asks: Two values are wrong at once. Does your check still see it?
def utilization(arrival_rate, service_time, workers):
    busy = arrival_rate * service_time / workers
    if busy < 0:
        raise ValueError(f"{arrival_rate} {service_time} {workers}")
    return busy


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
