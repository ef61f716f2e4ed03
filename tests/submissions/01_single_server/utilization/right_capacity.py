# Compares with what the workers can do; its own kind of ValueError; helpers with everyday names.
class BadNumber(ValueError):
    pass


def number(value, least):
    if not value >= least:
        raise BadNumber(value)
    return value


def busy(rate, capacity):
    return rate / capacity


def utilization(arrival_rate, service_time, workers):
    number(arrival_rate, 0), number(workers, 1)
    if number(service_time, 0) == 0:
        return 0
    return busy(arrival_rate, workers / service_time)


requests_in_system = lambda arrival_rate, mean_latency: arrival_rate * mean_latency
