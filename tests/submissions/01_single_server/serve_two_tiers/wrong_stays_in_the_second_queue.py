# loses: serve_two_tiers_hidden_2
# Gives both back, but not the place in the database's queue.
# asks: A request gives up while it waits for the database. When its turn comes, who uses the
# connection?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        connection = database.request()
        try:
            yield connection
            yield env.timeout(request.db_work)
        finally:
            database.release(connection)
    request.finished_at = env.now
