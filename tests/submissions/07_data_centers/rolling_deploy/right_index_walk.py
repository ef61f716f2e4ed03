def rolling_deploy(centers, version, deploy, healthy):
    old_versions = [center.version for center in centers]
    for place in range(len(centers)):
        try:
            deploy(centers[place], version)
            ok = healthy(centers[place])
        except Exception:
            ok = False
        if ok:
            continue
        back = []
        for earlier in range(place, -1, -1):
            deploy(centers[earlier], old_versions[earlier])
            back.append(centers[earlier])
        return Deployment(succeeded=False, deployed=centers[: place + 1], rolled_back=back)
    return Deployment(succeeded=True, deployed=list(centers), rolled_back=[])
