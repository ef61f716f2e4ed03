# loses: promote_check
# returns None when nobody is online
# asks: Nobody is online. What does the text say should happen?
def promote(replicas):
    return max((r for r in replicas if r.online), key=lambda replica: replica.lsn, default=None)


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
