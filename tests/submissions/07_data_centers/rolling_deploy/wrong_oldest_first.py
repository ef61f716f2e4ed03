# loses: rolling_deploy_check
# rolls back in the order of deployment
# asks: In which order does the text take them back?
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
            for done, old in before:
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed)
    return Deployment(True, [center for center, _ in before], [])
