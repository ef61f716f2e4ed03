# loses: serve_two_tiers_check
# Never waits for the connection.
# asks: One connection and two requests at the database: can both be served at once?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        yield env.timeout(request.db_work)
    request.finished_at = env.now
