# loses: serve_two_tiers_hidden
# Joins the database's queue on arrival at the web worker: the order of getting workers, not of asking.
# asks: Two requests finish their web work in another order than they came. Who asks the database
# first?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        with database.request() as connection:
            yield env.timeout(request.web_work)
            yield connection
            yield env.timeout(request.db_work)
    request.finished_at = env.now
