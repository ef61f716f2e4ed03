# loses: rolling_deploy_hidden_2
# turns the caller's list round when something raised
# asks: Is the caller's list in its old order after your call?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        before.append((center, center.version))
        try:
            deploy(center, version)
            fine = healthy(center)
        except Exception:
            fine = False
            deployed = [done for done, _ in before]
            for done, old in reversed(before):
                deploy(done, old)
            centers.reverse()
            return Deployment(False, deployed, deployed[::-1])
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
