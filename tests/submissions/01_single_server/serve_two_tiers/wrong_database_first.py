# loses: serve_two_tiers_check
# The other way round.
# asks: Which tier does a request meet first on its way in?
def serve_two_tiers(env, web, database, request):
    with database.request() as connection:
        yield connection
        yield env.timeout(request.db_work)
        with web.request() as worker:
            yield worker
            yield env.timeout(request.web_work)
    request.finished_at = env.now
