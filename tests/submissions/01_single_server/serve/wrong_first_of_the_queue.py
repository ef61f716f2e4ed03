# loses: serve_hidden_2
# On an interrupt the first in the queue loses its place, whoever that is.
# asks: Three requests wait and the second is interrupted. Whose place is given up?
def serve(env, workers, request):
    turn = workers.request()
    try:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
    except simpy.Interrupt:
        if turn.triggered:
            workers.release(turn)
        else:
            workers.queue.pop(0)
        raise
    workers.release(turn)
    request.finished_at = env.now
