# loses: serve_hidden_2
# Works in small steps and uses the request's own work up.
# asks: After serving, how much work does the request say that it needed?
def serve(env, workers, request):
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        while request.work > 0:
            step = min(request.work, 0.5)
            yield env.timeout(step)
            request.work -= step
    request.finished_at = env.now
