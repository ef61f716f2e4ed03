# loses: serve_check
# Takes the moment of asking for the moment of starting.
# asks: A request comes at 0 and gets its worker at 2. When did its work start?
def serve(env, workers, request):
    request.started_at = env.now
    with workers.request() as turn:
        yield turn
        yield env.timeout(request.work)
    request.finished_at = env.now
