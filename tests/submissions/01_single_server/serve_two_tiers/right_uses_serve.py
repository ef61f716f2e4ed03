# The query is a request of its own to the database, served as in exercise A.
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        request.started_at = env.now
        yield env.timeout(request.web_work)
        query = Request(request.number, arrived_at=env.now, work=request.db_work)
        yield from serve(env, database, query)
    request.finished_at = env.now
