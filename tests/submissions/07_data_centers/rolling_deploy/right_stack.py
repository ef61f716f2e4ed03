def rolling_deploy(centers, version, deploy, healthy):
    stack, deployed, rolled_back = [], [], []
    succeeded = True
    for center in centers:
        stack.append((center, center.version))
        deployed.append(center)
        try:
            deploy(center, version)
            succeeded = bool(healthy(center))
        except Exception:
            succeeded = False
        if not succeeded:
            break
    while not succeeded and stack:
        center, old = stack.pop()
        deploy(center, old)
        rolled_back.append(center)
    return Deployment(succeeded, deployed, rolled_back)
