def works(center, version, deploy, healthy):
    try:
        deploy(center, version)
        return healthy(center)
    except Exception:
        return False


def rolling_deploy(centers, version, deploy, healthy):
    before = {center: center.version for center in centers}
    done = []
    for center in centers:
        done.append(center)
        if not works(center, version, deploy, healthy):
            for each in done[::-1]:
                deploy(each, before[each])
            return Deployment(False, done, done[::-1])
    return Deployment(True, done, [])
