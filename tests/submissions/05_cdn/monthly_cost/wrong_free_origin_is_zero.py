# loses: monthly_cost_hidden
# a free origin: the CDN pays from 0 on
# asks: The origin is free and the CDN is not. How many hits make it pay?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 0.0
    return min(1.0, prices.cdn_per_gb / prices.origin_per_gb)
