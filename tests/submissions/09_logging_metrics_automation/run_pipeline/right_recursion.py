def run_pipeline(stages):
    if not stages:
        return PipelineResult(True, [], None, None)
    (name, stage), *rest = stages
    try:
        answer = stage()
    except Exception as error:
        return PipelineResult(False, [name], name, error)
    if answer is False:
        return PipelineResult(False, [name], name, None)
    later = run_pipeline(rest)
    return PipelineResult(later.passed, [name, *later.ran], later.failed, later.error)


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    def rate(requests, errors):
        return errors / requests if requests else 0

    if canary[0] < min_requests:
        return "wait"
    limit = max(0.01, max_ratio * rate(*baseline))
    return "roll back" if rate(*canary) > limit else "promote"
