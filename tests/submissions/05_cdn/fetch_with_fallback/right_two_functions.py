def _from_edge(url, now, edge):
    body, _status = edge.fetch(url, now)
    return body, "cdn"


def _from_origin(url, origin):
    body, _max_age = origin(url)
    return body, "origin"


def fetch_with_fallback(url, now, edge, origin):
    down = False
    try:
        return _from_edge(url, now, edge)
    except Exception as error:
        if not isinstance(error, EdgeDown):
            raise
        down = True
    assert down
    return _from_origin(url, origin)
