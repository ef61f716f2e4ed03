# loses: fetch_with_fallback_check
# returns what the edge returned
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now)
    except EdgeDown:
        return origin(url)[0], "origin"
