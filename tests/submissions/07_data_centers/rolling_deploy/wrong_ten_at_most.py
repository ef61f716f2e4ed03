# loses: rolling_deploy_hidden
# stops after ten centers without a word
# asks: How many centers may there be?
def rolling_deploy(centers, version, deploy, healthy):
    before = []
    for center in centers[:10]:
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
