# loses: rolling_deploy_check
# reads the old version after deploy: it rolls back to the new one
# asks: When do you ask a center which version it has: before or after it changes?
def rolling_deploy(centers, version, deploy, healthy):
    done = []
    for center in centers:
        try:
            deploy(center, version)
            fine = healthy(center)
        except Exception:
            fine = False
        done.append((center, center.version))
        if not fine:
            for each, old in reversed(done):
                deploy(each, old)
            names = [each for each, _ in done]
            return Deployment(False, names, names[::-1])
    return Deployment(True, [each for each, _ in done], [])
