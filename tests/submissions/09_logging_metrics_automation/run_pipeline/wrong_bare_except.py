# loses: run_pipeline_hidden
# swallows what must pass: a person who presses stop is a failed stage
# asks: A person presses stop. Has the stage failed?
def run_pipeline(stages):
    ran = []
    for name, stage in stages:
        ran.append(name)
        try:
            if stage() is False:
                return PipelineResult(False, ran, name, None)
        except BaseException as error:
            return PipelineResult(False, ran, name, error)
    return PipelineResult(True, ran, None, None)


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    if canary[0] < min_requests:
        return "wait"
    usual = baseline[1] / baseline[0] if baseline[0] else 0.0
    rate = canary[1] / canary[0]
    if rate > max_ratio * usual and rate > 0.01:
        return "roll back"
    return "promote"
