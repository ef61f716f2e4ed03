# loses: serve_hidden_2
# Catches the interrupt and ends as if nothing had been.
# asks: Who sent the interrupt, and how do they learn that it worked?
def serve(env, workers, request):
    with workers.request() as turn:
        try:
            yield turn
            request.started_at = env.now
            yield env.timeout(request.work)
        except simpy.Interrupt:
            return
    request.finished_at = env.now
