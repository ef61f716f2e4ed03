# loses: rolling_deploy_hidden_2
# notes a center only after its deploy has worked
# asks: A deploy raises in the middle. Which version may that center have?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        old = center.version
        try:
            deploy(center, version)
            before.append((center, old))
            fine = healthy(center)
        except Exception:
            fine = False
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
