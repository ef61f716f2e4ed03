# loses: rolling_deploy_check
# rolls back only the unhealthy one
# asks: The deploy is stopped. Which version should run everywhere now?
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
            for done, old in before[-1:]:
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[-1:])
    return Deployment(True, [center for center, _ in before], [])
