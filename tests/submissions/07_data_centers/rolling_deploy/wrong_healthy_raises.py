# loses: rolling_deploy_hidden_2
# lets an exception of healthy through
# asks: The question about health raises. What does that say about the center?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers:
        before.append((center, center.version))
        try:
            deploy(center, version)
            fine = True
        except Exception:
            fine = False
        fine = fine and healthy(center)
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
