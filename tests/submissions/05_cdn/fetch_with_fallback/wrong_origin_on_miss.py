# loses: fetch_with_fallback_hidden
# a miss or an expired copy counts as the origin's answer
# asks: The edge did not have it, and fetched it. Who has answered you?
def fetch_with_fallback(url, now, edge, origin):
    try:
        body, status = edge.fetch(url, now)
    except EdgeDown:
        return origin(url)[0], "origin"
    return body, "cdn" if status == "HIT" else "origin"
