# loses: monthly_cost_hidden
# a free CDN: at least one per cent must be hits, surely
# asks: The CDN is free. From which hit ratio on does it pay?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return max(0.01, min(1.0, prices.cdn_per_gb / prices.origin_per_gb))
