# loses: rolling_deploy_check
# leaves the rolled back ones out of deployed
# asks: Which centers got the new version, even for a moment?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        before.append((center, center.version))
        try:
            deploy(center, version)
            fine = healthy(center)
        except Exception:
            fine = False
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, [], deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
