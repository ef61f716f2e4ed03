def promote(replicas):
    best = None
    for replica in replicas:
        if replica.online and (best is None or replica.lsn > best.lsn):
            best = replica
    if best is None:
        raise NoReplica
    return best


def lost_writes(primary_lsn, promoted):
    lost = []
    lsn = promoted.lsn
    while lsn < primary_lsn:
        lsn += 1
        lost.append(lsn)
    return lost
