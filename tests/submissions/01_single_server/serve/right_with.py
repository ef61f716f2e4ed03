# The resource's own context manager.
def serve(env, workers, request):
    with workers.request() as mine:
        yield mine
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
