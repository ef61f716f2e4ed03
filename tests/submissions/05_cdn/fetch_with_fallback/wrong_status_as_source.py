# loses: fetch_with_fallback_check
# returns what the edge returned
# asks: The edge says how, and you should say who. Which words does the text allow?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return edge.fetch(url, now)
    except EdgeDown:
        return origin(url)[0], "origin"
