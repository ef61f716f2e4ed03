# Two waits, each with its own way out; waits for the release as well.
def serve(env, workers, request):
    turn = workers.request()
    try:
        yield turn
    except simpy.Interrupt:
        turn.cancel()
        raise
    request.started_at = env.now
    try:
        yield env.timeout(request.work)
    except simpy.Interrupt:
        workers.release(turn)
        raise
    yield workers.release(turn)
    request.finished_at = env.now
