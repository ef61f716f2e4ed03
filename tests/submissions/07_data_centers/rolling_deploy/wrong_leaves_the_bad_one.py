# loses: rolling_deploy_check
# rolls back those done before, but not the unhealthy one
# asks: Which center started the trouble, and which version does it run now?
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
            for done, old in reversed(before[:-1]):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[-2::-1])
    return Deployment(True, [center for center, _ in before], [])
