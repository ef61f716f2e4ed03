# loses: rolling_deploy_hidden
# leaves out a center that runs the version already, untested
# asks: A center has the version already. Has anybody looked whether it is healthy with it?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        if center.version == version:
            continue
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
