# loses: rolling_deploy_hidden
# rolls back the unhealthy one and goes on with the others
# asks: One center is unhealthy with the new version. Should the next one get it?
def rolling_deploy(centers, version, deploy, healthy):
    deployed, rolled_back = [], []
    for center in centers:
        old = center.version
        deployed.append(center)
        try:
            deploy(center, version)
            fine = healthy(center)
        except Exception:
            fine = False
        if not fine:
            deploy(center, old)
            rolled_back.append(center)
    return Deployment(not rolled_back, deployed, rolled_back)
