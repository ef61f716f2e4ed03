# loses: utilization_hidden_2
# Finds fault with every call, and names every value.
# asks: Call it with ordinary numbers. What is wrong with them?
def utilization(arrival_rate, service_time, workers):
    raise ValueError(f"{arrival_rate} {service_time} {workers}")


def requests_in_system(arrival_rate, mean_latency):
    return arrival_rate * mean_latency
