# loses: rolling_deploy_check
# deploys to all, then looks
# asks: The new version is bad. How many centers have it when you notice?
def rolling_deploy(centers, version, deploy, healthy):
    before = [(center, center.version) for center in centers]
    try:
        for center in centers:
            deploy(center, version)
        fine = all([healthy(center) for center in centers])
    except Exception:
        fine = False
    if fine:
        return Deployment(True, list(centers), [])
    for center, old in reversed(before):
        deploy(center, old)
    return Deployment(False, list(centers), list(centers)[::-1])
