# loses: fetch_with_fallback_hidden
# turns every error of the edge into OriginDown
# asks: The edge raises an error that you do not know. What does the caller get to see?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now)[0], "cdn"
    except EdgeDown:
        return origin(url)[0], "origin"
    except Exception:
        raise OriginDown from None
