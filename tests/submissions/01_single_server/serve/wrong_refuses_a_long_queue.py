# loses: serve_hidden
# A limit that nobody asked for: whoever finds a hundred waiting goes away.
# asks: Does the text say how many requests may wait?
def serve(env, workers, request):
    if len(workers.queue) >= 100:
        return
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
