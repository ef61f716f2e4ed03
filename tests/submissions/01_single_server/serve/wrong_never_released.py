# loses: serve_check
# The worker is never given back.
# asks: Serve two requests with one worker. When does the second one start?
def serve(env, workers, request):
    turn = workers.request()
    yield turn
    request.started_at = env.now
    yield env.timeout(request.work)
    request.finished_at = env.now
