# loses: promote_hidden
# a replica that has nothing yet (lsn 0) is not promoted
# asks: A replica is online and has nothing yet. Is it nobody?
def promote(replicas):
    best = max((replica.lsn for replica in replicas if replica.online), default=0)
    if not best:
        raise NoReplica
    return next(replica for replica in replicas if replica.online and replica.lsn == best)


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
