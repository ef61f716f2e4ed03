# loses: promote_check
# promotes the furthest even if it is offline
# asks: The furthest replica is switched off. Can it take writes?
def promote(replicas):
    if not any(replica.online for replica in replicas):
        raise NoReplica
    return max(replicas, key=lambda replica: replica.lsn)


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
