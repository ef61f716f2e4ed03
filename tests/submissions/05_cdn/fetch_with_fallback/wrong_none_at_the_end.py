# loses: fetch_with_fallback_check
# both down: gives up silently
# asks: Edge and origin are both down. What does the caller need to learn?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now)[0], "cdn"
    except EdgeDown:
        pass
    try:
        return origin(url)[0], "origin"
    except OriginDown:
        return None, "origin"
