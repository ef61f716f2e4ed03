# loses: fetch_with_fallback_hidden
# an empty body is taken for no answer
# asks: The edge answers with an empty page. Has it answered?
def fetch_with_fallback(url, now, edge, origin):
    body = None
    try:
        body = edge.fetch(url, now)[0]
    except EdgeDown:
        pass
    if body:
        return body, "cdn"
    return origin(url)[0], "origin"
