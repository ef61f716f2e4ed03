# loses: serve_check
# Does the work first and then takes a worker.
def serve(env, workers, request):
    yield env.timeout(request.work)
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
    request.finished_at = env.now
