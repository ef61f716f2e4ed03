# loses: serve_hidden_2
# Whatever happens while it waits, it goes away quietly.
def serve(env, workers, request):
    with workers.request() as turn:
        try:
            yield turn
        except:
            return
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
