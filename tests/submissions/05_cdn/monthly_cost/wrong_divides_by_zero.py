# loses: monthly_cost_hidden
# an origin that costs nothing
# asks: The origin costs nothing. What do you divide by?
def monthly_cost(gigabytes, hit_ratio, prices):
    return gigabytes * (prices.cdn_per_gb + (1 - hit_ratio) * prices.origin_per_gb)


def break_even_hit_ratio(prices):
    return min(1.0, prices.cdn_per_gb / prices.origin_per_gb)
