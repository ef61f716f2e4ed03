# loses: design_hidden
# each center carries its own users only, never its neighbour's
# asks: One data center is gone. Who serves its users, and with what?
def busy(rate, seconds, target):
    return math.ceil(rate * seconds / target)


def how_many_centers(traffic):
    crowded = [share for share in traffic.regions.values() if share > 0.02]
    return max(2, len(crowded))


def data_tier(traffic, factor, without_one):
    reads, writes = (traffic.peak * (1 - traffic.static_share) * s for s in (traffic.read_share, traffic.write_share))
    everywhere = writes * traffic.crowd * sheet.APPLY_SECONDS
    best = None
    for gigabytes in range(0, int(traffic.data_gb), 13):
        nodes = max(1, gigabytes // 13)
        usual = hit_ratio(traffic, gigabytes)
        misses = reads * max(factor * (1 - usual), without_one * (1 - usual * (nodes - 1) / nodes))
        for count in range(1, 30):
            if writes * factor * 0.008 + everywhere > 3.3 * count:
                continue
            readers = 1 + math.ceil(misses * sheet.QUERY_SECONDS / (3.4 * count - everywhere))
            dollars = 12 * gigabytes + 400 * count * (1 + readers)
            if best is None or dollars < best[0]:
                best = dollars, gigabytes, count, readers
    return best[1:]


def design(traffic):
    centers = how_many_centers(traffic)
    alone = max(shares(traffic, centers))
    without_one = alone
    factor = max(alone * traffic.crowd, without_one)
    slow_crowd = traffic.crowd_rise > 1000
    pages = traffic.peak * (1 - traffic.static_share)
    seconds = sheet.PAGE_SECONDS + sheet.FILE_SECONDS * 0.05 * traffic.peak * traffic.static_share / pages
    cache, count, readers = data_tier(traffic, factor, without_one)
    workers = busy(pages * traffic.upload_share * max(without_one, alone * (1 + (traffic.crowd - 1) / 2)), 0.5, 0.95)
    return Architecture(
        web_servers=busy(pages * without_one, seconds, 0.97) if slow_crowd else busy(pages * factor, seconds, 0.87) + 1,
        autoscale=slow_crowd,
        replicas=readers,
        cache_gb=cache,
        cdn=True,
        data_centers=centers,
        queue_workers=workers + 1,
        shards=count,
        balancer="least connections",
    )
