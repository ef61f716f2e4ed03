# loses: monthly_cost_hidden
# the miss ratio instead of the hit ratio: the same at one half only
# asks: At half and half your answer is right. Try a tenth: is it still?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    if prices.origin_per_gb == 0:
        return 1.0
    return max(0.0, 1 - prices.cdn_per_gb / prices.origin_per_gb) if prices.cdn_per_gb < prices.origin_per_gb else 1.0
