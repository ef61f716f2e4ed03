# loses: promote_check
# promotes the first one online
# asks: Two replicas are online, and one knows more. Which writes does your choice lose?
def promote(replicas):
    for replica in replicas:
        if replica.online:
            return replica
    raise NoReplica


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
