# loses: fetch_with_fallback_hidden
# asks the origin again that the edge has just found down
# asks: The edge has just found the origin down. What will you hear if you ask it now?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now)[0], "cdn"
    except (EdgeDown, OriginDown):
        return origin(url)[0], "origin"
