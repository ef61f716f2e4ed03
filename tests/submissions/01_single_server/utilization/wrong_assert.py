# loses: utilization_hidden_2
# An assert is no ValueError.
# asks: Which class of error does the text name, and which one does your code raise?
def utilization(arrival_rate, service_time, workers):
    assert arrival_rate >= 0 and service_time >= 0 and workers >= 1, (
        arrival_rate,
        service_time,
        workers,
    )
    return arrival_rate * service_time / workers


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
