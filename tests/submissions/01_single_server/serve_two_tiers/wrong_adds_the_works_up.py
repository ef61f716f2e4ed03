# loses: serve_two_tiers_hidden_2
# Notes the sum of both works in the request, which the text does not ask for.
# asks: Which fields of the request does the text ask you to change?
def serve_two_tiers(env, web, database, request):
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        with database.request() as connection:
            yield connection
            yield env.timeout(request.db_work)
    request.work = request.web_work + request.db_work
    request.finished_at = env.now
