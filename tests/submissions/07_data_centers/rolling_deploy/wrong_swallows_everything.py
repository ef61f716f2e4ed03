# loses: rolling_deploy_hidden_2
# takes an exception for a good sign
# asks: A call raised an error. Did it go well?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        before.append((center, center.version))
        try:
            deploy(center, version)
            fine = healthy(center)
        except Exception:
            fine = True
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
