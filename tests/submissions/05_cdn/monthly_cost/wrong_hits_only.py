# loses: monthly_cost_check
# only hits leave the CDN
# asks: Which bytes leave the CDN towards users: hits, misses, or both?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (hit_ratio * prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return min(1.0, prices.cdn_per_gb / prices.origin_per_gb)
