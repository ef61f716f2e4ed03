# loses: serve_two_tiers_hidden_2
# The simpy.Interrupt does not pass on: another one does, without the cause.
# asks: Whoever catches the interrupt looks at its cause. Does it still have one?
def serve_two_tiers(env, web, database, request):
    try:
        with web.request() as worker:
            yield worker
            yield env.timeout(request.web_work)
            with database.request() as connection:
                yield connection
                yield env.timeout(request.db_work)
    except simpy.Interrupt:
        raise simpy.Interrupt(request.number) from None
    request.finished_at = env.now
