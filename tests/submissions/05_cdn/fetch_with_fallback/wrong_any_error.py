# loses: fetch_with_fallback_hidden
# every error sends it to the origin
# asks: Which of the errors does the origin have an answer to?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now)[0], "cdn"
    except Exception:
        return origin(url)[0], "origin"
