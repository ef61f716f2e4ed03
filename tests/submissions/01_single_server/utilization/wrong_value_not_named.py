# loses: utilization_hidden_2
# The message does not say which value was wrong.
# asks: Three values go in. Which one does your error tell the caller to correct?
def utilization(arrival_rate, service_time, workers):
    if arrival_rate < 0 or service_time < 0 or workers < 1:
        raise ValueError("bad input")
    return arrival_rate * service_time / workers


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
