# loses: fetch_with_fallback_check
# returns the pair as the body
# asks: The edge returns two things. Which one is the body?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now), "cdn"
    except EdgeDown:
        return origin(url), "origin"
