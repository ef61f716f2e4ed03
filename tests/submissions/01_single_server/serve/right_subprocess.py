# The work is a process of its own, which is interrupted too.
def work(env, workers, request):
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)


def serve(env, workers, request):
    job = env.process(work(env, workers, request))
    try:
        yield job
    except simpy.Interrupt:
        job.defused = True
        job.interrupt()
        raise
    request.finished_at = env.now
