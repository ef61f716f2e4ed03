# loses: monthly_cost_check
# the hits leave the origin, not the misses
# asks: Which requests reach the origin: those that the edge can answer, or the others?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + hit_ratio * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return min(1.0, prices.cdn_per_gb / prices.origin_per_gb)
