# loses: serve_hidden_2
# Notes an end also for a request that was cut off.
# asks: A request was cut off in the middle. Did it finish?
def serve(env, workers, request):
    try:
        with workers.request() as turn:
            yield turn
            request.started_at = env.now
            yield env.timeout(request.work)
    finally:
        request.finished_at = env.now
