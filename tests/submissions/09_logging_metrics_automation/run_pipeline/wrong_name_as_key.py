# loses: run_pipeline_hidden
# two stages of one name become one
# asks: Two stages have the same name. How many are there?
def run_pipeline(stages):
    ran = {}
    for name, stage in dict(stages).items():
        ran[name] = True
        try:
            if stage() is False:
                return PipelineResult(False, list(ran), name, None)
        except Exception as error:
            return PipelineResult(False, list(ran), name, error)
    return PipelineResult(True, list(ran), None, None)


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    if canary[0] < min_requests:
        return "wait"
    usual = baseline[1] / baseline[0] if baseline[0] else 0.0
    rate = canary[1] / canary[0]
    if rate > max_ratio * usual and rate > 0.01:
        return "roll back"
    return "promote"
