# Explicit request and release, cancel while still in the queue.
def serve(env, workers, request):
    turn = workers.request()
    try:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
    finally:
        if turn.triggered:
            workers.release(turn)
        else:
            turn.cancel()
    request.finished_at = env.now
