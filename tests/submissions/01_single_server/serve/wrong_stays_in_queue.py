# loses: serve_hidden_2
# Gives the worker back, but not the place in the queue: the turn of a request that has left.
# asks: A request gives up while it waits. When its turn comes, who uses the worker?
def serve(env, workers, request):
    turn = workers.request()
    try:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
    finally:
        workers.release(turn)
    request.finished_at = env.now
