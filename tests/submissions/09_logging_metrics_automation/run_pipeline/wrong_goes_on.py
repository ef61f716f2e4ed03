# loses: run_pipeline_check
# runs the stages after a failed one
# asks: A test has failed. Should the deploy still run?
def run_pipeline(stages):
    ran, failed = [], None
    for name, stage in stages:
        ran.append(name)
        try:
            if stage() is False:
                failed = name
        except Exception as error:
            return PipelineResult(False, ran, name, error)
    return PipelineResult(failed is None, ran, failed, None)


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    if canary[0] < min_requests:
        return "wait"
    usual = baseline[1] / baseline[0] if baseline[0] else 0.0
    rate = canary[1] / canary[0]
    if rate > max_ratio * usual and rate > 0.01:
        return "roll back"
    return "promote"
