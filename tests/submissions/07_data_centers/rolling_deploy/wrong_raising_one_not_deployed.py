# loses: rolling_deploy_hidden_2
# a center whose deploy raised is rolled back, but not counted as one that got the new version
# asks: A deploy raised halfway. Might the center have got something of the new version?
def rolling_deploy(centers, version, deploy, healthy):
    old, deployed = [], []
    for center in centers:
        old.append((center, center.version))
        try:
            deploy(center, version)
            deployed.append(center)
            fine = healthy(center)
        except Exception:
            fine = False
        if not fine:
            back = []
            for done, before in reversed(old):
                deploy(done, before)
                back.append(done)
            return Deployment(False, deployed, back)
    return Deployment(True, deployed, [])
