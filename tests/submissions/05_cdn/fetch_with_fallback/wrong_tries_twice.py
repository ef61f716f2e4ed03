# loses: fetch_with_fallback_hidden
# gives the edge a second chance
# asks: How often does the text allow you to ask the edge?
def fetch_with_fallback(url, now, edge, origin):
    for _ in range(2):
        try:
            return edge.fetch(url, now)[0], "cdn"
        except EdgeDown:
            continue
    return origin(url)[0], "origin"
