# loses: serve_hidden_2
# Overwrites when the request came.
# asks: Who knows when the request came, and has that changed because it waited?
def serve(env, workers, request):
    request.arrived_at = env.now
    with workers.request() as turn:
        yield turn
        request.started_at = request.arrived_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
