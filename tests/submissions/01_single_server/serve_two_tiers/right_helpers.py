# Helper generators with everyday names, and an ExitStack.
from contextlib import ExitStack


def hold(stack, resource):
    yield stack.enter_context(resource.request())


def work(env, seconds):
    yield env.timeout(seconds)


def story(env, web, database, request, stack):
    yield from hold(stack, web)
    yield from work(env, request.web_work)
    yield from hold(stack, database)
    yield from work(env, request.db_work)


def serve_two_tiers(env, web, database, request):
    with ExitStack() as stack:
        yield from story(env, web, database, request, stack)
    request.finished_at = env.now
