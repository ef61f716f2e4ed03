# loses: monthly_cost_hidden
# rounds to whole dollars
# asks: How much of the exact value is left after your last step?
def monthly_cost(gigabytes, hit_ratio, prices):
    return round(gigabytes * (prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb))


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return min(1.0, prices.cdn_per_gb / prices.origin_per_gb)
