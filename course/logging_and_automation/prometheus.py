"""The numbers of a Report as Prometheus would scrape them from the servers."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest


def text(report):
    """Return the text of a scrape: latencies of each web server, and the proxy's requests."""
    registry = CollectorRegistry()
    durations = Histogram(
        "http_request_duration_seconds",
        "How long a web server took for a request.",
        ["server"],
        buckets=report.bounds,
        registry=registry,
    )
    for server, latencies in report.latencies.items():
        for latency in latencies.tolist():
            durations.labels(server).observe(latency)
    requests = Counter("http_requests", "Requests at the proxy.", ["code"], registry=registry)
    requests.labels("5xx").inc(int(report.errors.sum()))
    requests.labels("2xx").inc(int((report.requests - report.errors).sum()))
    return generate_latest(registry).decode()
