# loses: rolling_deploy_check
# gives all the version that the first one had
# asks: Did all centers have the same version before?
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
                deploy(done, before[0][1])
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
