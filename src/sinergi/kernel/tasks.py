"""The kernel's own standing work: sealing the audit every minute, clearing the queue of what is long done."""
from procrastinate.contrib.django import app

from . import notify  # noqa: F401  (its job)
from .seals import hand_out, seal

KEEP_HOURS = 24 * 14


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal", queue="upkeep", queueing_lock="audit.seal", lock="audit.seal")
def seal_audit(timestamp: int) -> None:
    """Seal what can no longer change, then write the files to hand out."""
    seal()
    hand_out()


@app.periodic(cron="10 3 * * *")
@app.task(name="queue.clear", queue="upkeep", queueing_lock="queue.clear", pass_context=True)
async def clear_queue(context: object, timestamp: int) -> None:
    """Forget jobs that succeeded two weeks ago. Failed ones stay until somebody looked at them."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
