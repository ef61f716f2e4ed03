# loses: serve_two_tiers_hidden_2
# Releases both at the end only.
# asks: An interrupt comes in the middle. Which lines of yours are still run?
def serve_two_tiers(env, web, database, request):
    worker = web.request()
    yield worker
    yield env.timeout(request.web_work)
    connection = database.request()
    yield connection
    yield env.timeout(request.db_work)
    database.release(connection)
    web.release(worker)
    request.finished_at = env.now
