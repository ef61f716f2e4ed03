# loses: serve_check_2
# Waits until all workers are idle: right with one worker only.
# asks: Two workers, one is busy. Does the next request have to wait?
def serve(env, workers, request):
    turns = [workers.request() for _ in range(workers.capacity)]
    for turn in turns:
        yield turn
    request.started_at = env.now
    yield env.timeout(request.work)
    for turn in turns:
        workers.release(turn)
    request.finished_at = env.now
