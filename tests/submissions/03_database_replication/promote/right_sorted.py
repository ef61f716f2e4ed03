def promote(replicas):
    for replica in sorted(replicas, key=lambda replica: -replica.lsn):
        if replica.online:
            return replica
    raise NoReplica("nobody is online")


def lost_writes(primary_lsn, promoted):
    return [lsn for lsn in range(1, primary_lsn + 1) if lsn > promoted.lsn]
