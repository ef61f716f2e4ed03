# loses: serve_hidden
# Works in whole seconds, as in the visible checks.
# asks: A request needs half a second of work. How long does yours take?
def serve(env, workers, request):
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(round(request.work))
    request.finished_at = env.now
