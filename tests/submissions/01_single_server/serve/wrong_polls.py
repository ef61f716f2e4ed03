# loses: serve_hidden
# Looks every half second whether somebody is free: late, and not in order of arrival.
# asks: A worker becomes free a tenth of a second after you looked. When do you notice?
def serve(env, workers, request):
    while workers.count >= workers.capacity:
        yield env.timeout(0.5)
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
