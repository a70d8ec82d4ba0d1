"""The kernel's own standing work: sealing the audit every minute, clearing the queue of what is long done."""
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from . import news, notify  # noqa: F401  (their jobs and subscriptions)
from .acting import acting
from .action import writing
from .actors import command
from .models import KeptAnswer
from .seals import hand_out, seal

KEEP_HOURS = 24 * 14
KEEP_ANSWERS = timedelta(days=7)
UPKEEP = command("upkeep")


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


@app.periodic(cron="20 3 * * *")
@app.task(name="answers.forget", queue="upkeep", queueing_lock="answers.forget")
def forget_answers(timestamp: int) -> None:
    """Forget what the API answered under keys that no longer stand."""
    with acting(UPKEEP, purpose="administer"), writing("answer.keep"):
        KeptAnswer.objects.filter(at__lt=timezone.now() - KEEP_ANSWERS).delete()
