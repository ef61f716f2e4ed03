# loses: serve_hidden_2
# Releases at the end only: an interrupt leaves the worker taken for ever.
# asks: An interrupt comes during the work. Which lines of yours are still run?
def serve(env, workers, request):
    turn = workers.request()
    yield turn
    request.started_at = env.now
    yield env.timeout(request.work)
    workers.release(turn)
    request.finished_at = env.now
