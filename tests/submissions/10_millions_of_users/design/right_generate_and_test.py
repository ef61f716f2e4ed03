def design(traffic):
    """Rough sums for what is easy, then the cheapest of many data tiers that survives two bad days."""

    def lost(count):
        biggest = max(shares(traffic, count))
        return 1e6 / 86400 * 2 / (1 + traffic.night) * biggest * (5 + 1)

    def away(count):
        return sum(sorted(traffic.regions.values())[: 4 - count])

    centers = min(n for n in (2, 3, 4) if away(n) < 0.05 and (lost(n) < traffic.lost_writes or n == 4))
    here = max(shares(traffic, centers))
    outage = max(share for dead in range(centers) for share in shares(traffic, centers, dead))
    peak = traffic.peak * (1 - traffic.static_share)
    follows = traffic.crowd_rise >= 1800
    top = max(here * traffic.crowd, outage)
    web = peak * (sheet.PAGE_SECONDS + 0.0005) * (outage if follows else top / 0.88)
    some = 1 + (traffic.crowd - 1) * (0.47 if follows else 0.28)
    photos = peak * traffic.upload_share * sheet.JOB_SECONDS * max(here * some, outage * 1.05)
    inserts = peak * traffic.write_share
    spread = inserts * traffic.crowd * sheet.APPLY_SECONDS
    needed = (inserts * top * 0.008 + spread) / 3.4
    candidates = []
    for percent in (0, 5, 10, 15, 20, 30, 40, 60, 80):
        memory = math.ceil(traffic.data_gb * percent / 100 / 13) * 13
        rate = hit_ratio(traffic, memory)
        broken = rate * (1 - 13 / max(13, memory))
        queries = peak * traffic.read_share * 0.02 * max(top * (1 - rate), outage * (1 - broken))
        for count in (math.ceil(needed), math.ceil(needed) + 1, math.ceil(needed) + 3):
            copies = 1 + math.ceil(queries / (3.5 * count - spread))
            money = memory * 12 + count * (copies + 1) * 400
            candidates.append((money, memory, count, copies))
    for money, memory, count, copies in sorted(candidates)[:6]:
        plan = Architecture(
            math.ceil(web) + 1,
            follows,
            copies,
            memory,
            True,
            centers,
            math.ceil(photos) + 1,
            count,
            "power of two choices",
        )
        if all(simulate(plan, traffic=traffic, seed=day).availability > 0.9995 for day in (5, 6)):
            break
    return plan
