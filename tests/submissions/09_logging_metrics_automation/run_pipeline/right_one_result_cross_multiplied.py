def run_pipeline(stages):
    ran, failed, error = [], None, None
    for name, stage in stages:
        ran += [name]
        try:
            passed = stage() is not False
        except Exception as caught:
            passed, error = False, caught
        if not passed:
            failed = name
            break
    return PipelineResult(passed=failed is None, ran=ran, failed=failed, error=error)


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    (requests, errors), (all_requests, all_errors) = canary, baseline
    if requests < min_requests:
        return "wait"
    worse = errors * all_requests > max_ratio * all_errors * requests if all_requests else errors > 0
    return "roll back" if worse and 100 * errors > requests else "promote"
