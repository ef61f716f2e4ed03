# loses: rolling_deploy_hidden_2
# asks for the health of a center whose deploy has just raised
# asks: The deploy has just raised. Is there any need to ask more?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        before.append((center, center.version))
        try:
            deploy(center, version)
            fine = True
        except Exception:
            fine = False
        try:
            fine = healthy(center) and fine
        except Exception:
            fine = False
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
