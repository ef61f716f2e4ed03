# loses: monthly_cost_check
# takes the hit ratio for per cent
# asks: Is a hit ratio of 0.9 ninety per cent, or less than one?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + (100 - hit_ratio) / 100 * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return min(1.0, prices.cdn_per_gb / prices.origin_per_gb)
