# loses: serve_hidden_2
# The simpy.Interrupt does not pass on: another one does, without the cause.
# asks: Whoever catches the interrupt looks at its cause. Does it still have one?
def serve(env, workers, request):
    with workers.request() as turn:
        try:
            yield turn
            request.started_at = env.now
            yield env.timeout(request.work)
        except simpy.Interrupt:
            raise simpy.Interrupt("cut off") from None
    request.finished_at = env.now
