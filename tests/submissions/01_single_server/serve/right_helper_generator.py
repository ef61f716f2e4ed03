# A helper generator holds the worker; global helpers with everyday names.
def hold(env, resource, seconds, begin):
    with resource.request() as turn:
        yield turn
        begin()
        yield env.timeout(seconds)


def serve(env, workers, request):
    def begin():
        request.started_at = env.now

    yield from hold(env, workers, request.work, begin)
    request.finished_at = env.now
