# loses: serve_check
# Does the work first and then takes a worker.
# asks: At what moment does your request hold a worker: before its work, or after it?
def serve(env, workers, request):
    yield env.timeout(request.work)
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
    request.finished_at = env.now
