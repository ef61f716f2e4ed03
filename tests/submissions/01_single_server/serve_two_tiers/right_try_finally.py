# Everything by hand.
def serve_two_tiers(env, web, database, request):
    worker = web.request()
    connection = None
    try:
        yield worker
        yield env.timeout(request.web_work)
        connection = database.request()
        yield connection
        yield env.timeout(request.db_work)
    finally:
        for resource, turn in ((database, connection), (web, worker)):
            if turn is not None:
                turn.cancel()
                resource.release(turn)
    request.finished_at = env.now
