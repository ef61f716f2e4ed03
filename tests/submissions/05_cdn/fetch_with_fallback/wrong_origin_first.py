# loses: fetch_with_fallback_check
# asks the origin first, the CDN when that is down
# asks: Who should answer most of the requests?
def fetch_with_fallback(url, now, edge, origin):
    try:
        return origin(url)[0], "origin"
    except OriginDown:
        return edge.fetch(url, now)[0], "cdn"
