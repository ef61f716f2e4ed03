# loses: serve_hidden_2
# Whatever happens while it waits, it goes away quietly.
# asks: Something goes wrong while the request waits. Who hears of it?
def serve(env, workers, request):
    with workers.request() as turn:
        try:
            yield turn
        except:
            return
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
