# loses: promote_hidden
# sorts the list it was given
# asks: Is the caller's list in its old order after your call?
def promote(replicas):
    replicas.sort(key=lambda replica: -replica.lsn)
    for replica in replicas:
        if replica.online:
            return replica
    raise NoReplica


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
