# loses: monthly_cost_check
# a hit ratio of 2
# asks: Your answer is a hit ratio. Between which numbers can it be?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return prices.cdn_per_gb / prices.origin_per_gb
