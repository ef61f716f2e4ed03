# loses: serve_two_tiers_hidden_2
# Cleans up and hides what happened.
# asks: You have cleaned up. Does whoever sent the interrupt learn of it?
def serve_two_tiers(env, web, database, request):
    try:
        with web.request() as worker:
            yield worker
            yield env.timeout(request.web_work)
            with database.request() as connection:
                yield connection
                yield env.timeout(request.db_work)
        request.finished_at = env.now
    except simpy.Interrupt:
        pass
