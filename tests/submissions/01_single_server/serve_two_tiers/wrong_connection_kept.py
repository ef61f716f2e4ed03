# loses: serve_two_tiers_hidden_2
# The web worker is given back in every case, the connection only when all goes well.
# asks: An interrupt comes during the database's work. Which of the two is given back?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        connection = database.request()
        yield connection
        yield env.timeout(request.db_work)
        database.release(connection)
    request.finished_at = env.now
