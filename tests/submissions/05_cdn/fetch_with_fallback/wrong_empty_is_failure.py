# loses: fetch_with_fallback_hidden
# an empty body is taken for no answer
def fetch_with_fallback(url, now, edge, origin):
    body = None
    try:
        body = edge.fetch(url, now)[0]
    except EdgeDown:
        pass
    if body:
        return body, "cdn"
    return origin(url)[0], "origin"
