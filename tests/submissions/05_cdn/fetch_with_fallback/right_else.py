def fetch_with_fallback(url, now, edge, origin):
    try:
        answer = edge.fetch(url, now)
    except EdgeDown:
        source, answer = "origin", origin(url)
    else:
        source = "cdn"
    return answer[0], source
