# loses: serve_two_tiers_check_2
# Gives the web worker back before it asks the database.
# asks: While the database works, does the web worker serve somebody else?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
    with database.request() as connection:
        yield connection
        yield env.timeout(request.db_work)
    request.finished_at = env.now
