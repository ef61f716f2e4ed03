# loses: serve_two_tiers_hidden
# Works as if there were one connection only.
# asks: There are two connections and one is busy. May the next request go on?
def serve_two_tiers(env, web, database, request):
    if not hasattr(database, "lock"):
        database.lock = simpy.Resource(env, 1)
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        with database.lock.request() as alone, database.request() as connection:
            yield alone
            yield connection
            yield env.timeout(request.db_work)
    request.finished_at = env.now
