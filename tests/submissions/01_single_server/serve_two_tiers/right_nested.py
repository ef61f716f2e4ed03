# One with in the other.
def serve_two_tiers(env, web, database, request):
    with web.request() as a:
        yield a
        yield env.timeout(request.web_work)
        with database.request() as b:
            yield b
            yield env.timeout(request.db_work)
    request.finished_at = env.now
