"""What a day costs if the whole month is like it, by the prices of the data sheet."""

from course.millions_of_users import sheet


def bill(flow):
    """Return the month's costs (dollars) by what they pay for."""
    design, centers = flow.design, flow.design.data_centers
    gigabytes = sheet.DAYS / 1e6  # of so many KB a day
    pages = (flow.reads + flow.writes + flow.uploads).sum()
    from_centers = flow.files.sum() * sheet.FILE_KB + pages * sheet.PAGE_KB
    from_edges = flow.edge.sum() * sheet.FILE_KB / sheet.EDGE_HITS if design.cdn else 0.0
    return {
        "data centers": centers * sheet.DATA_CENTER,
        "web servers": float(flow.web_servers.mean(axis=0).sum()) * sheet.WEB_SERVER,
        "database": centers * design.shards * (1 + design.replicas) * sheet.DATABASE_NODE,
        "cache": centers * design.cache_gb * sheet.CACHE_GB,
        "queue workers": centers * design.queue_workers * sheet.QUEUE_WORKER,
        "bytes": float(gigabytes * (from_centers * sheet.ORIGIN_GB + from_edges * sheet.EDGE_GB)),
    }
