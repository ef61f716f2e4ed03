# loses: serve_two_tiers_check
# Takes the connection at the beginning and keeps it during the web work.
# asks: While the web worker computes, what does the database connection do?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker, database.request() as connection:
        yield worker
        yield connection
        yield env.timeout(request.web_work + request.db_work)
    request.finished_at = env.now
