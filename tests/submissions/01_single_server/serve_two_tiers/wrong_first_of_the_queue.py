# loses: serve_two_tiers_hidden_2
# On an interrupt the first in the database's queue loses its place, whoever that is.
# asks: Of several that wait for the database, one is interrupted. Whose place is given up?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        connection = database.request()
        try:
            yield connection
            yield env.timeout(request.db_work)
        except simpy.Interrupt:
            if connection.triggered:
                database.release(connection)
            else:
                database.queue.pop(0)
            raise
        database.release(connection)
    request.finished_at = env.now
