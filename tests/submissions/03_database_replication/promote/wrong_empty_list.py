# loses: promote_hidden
# knows offline replicas, but not an empty list
# asks: There are no replicas at all. Is that different from all being offline?
def promote(replicas):
    best = replicas[0]
    for replica in replicas:
        if replica.online and (not best.online or replica.lsn > best.lsn):
            best = replica
    if not best.online:
        raise NoReplica
    return best


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
