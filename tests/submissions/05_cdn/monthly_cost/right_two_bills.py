def monthly_cost(gigabytes, hit_ratio, prices):
    hits = gigabytes * hit_ratio
    misses = gigabytes - hits
    return (hits + misses) * prices.cdn_per_gb + misses * prices.origin_per_gb


def break_even_hit_ratio(prices):
    try:
        ratio = prices.cdn_per_gb / prices.origin_per_gb
    except ZeroDivisionError:
        return 1.0
    return sorted([0.0, ratio, 1.0])[1]
