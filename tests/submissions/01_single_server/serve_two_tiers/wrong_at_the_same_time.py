# loses: serve_two_tiers_check
# Web work and database work side by side.
# asks: Can the database answer a question that the web server has not asked yet?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        with database.request() as connection:
            yield connection
            yield env.timeout(request.web_work) & env.timeout(request.db_work)
    request.finished_at = env.now
