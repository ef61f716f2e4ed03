# loses: rolling_deploy_hidden
# takes the centers out of the caller's list
# asks: Is the caller's list as long after your call as before?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    while centers:
        center = centers.pop(0)
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
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
