# loses: run_pipeline_hidden_2
# promotes whatever the canary did when there is no baseline
# asks: There is nothing to compare with. Is a canary with errors fine then?
def run_pipeline(stages):
    ran = []
    for name, stage in stages:
        ran.append(name)
        try:
            if stage() is False:
                return PipelineResult(False, ran, name, None)
        except Exception as error:
            return PipelineResult(False, ran, name, error)
    return PipelineResult(True, ran, None, None)


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    if canary[0] < min_requests:
        return "wait"
    usual = baseline[1] / baseline[0] if baseline[0] else math.inf
    rate = canary[1] / canary[0]
    if rate > max_ratio * usual and rate > 0.01:
        return "roll back"
    return "promote"
