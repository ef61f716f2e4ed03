# loses: serve_check
# Asks for a worker but does not stand still until it is its turn.
# asks: You have asked for a worker. When do you know that it is yours?
def serve(env, workers, request):
    with workers.request():
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
