# loses: serve_check
# Takes the moment of asking for the moment of starting.
def serve(env, workers, request):
    request.started_at = env.now
    with workers.request() as turn:
        yield turn
        yield env.timeout(request.work)
    request.finished_at = env.now
