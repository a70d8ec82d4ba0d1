"""The standing work of review: pairs are ordered anew every night, certificates whose period is over end, and every Monday links are sampled."""
import secrets
from datetime import date

import numpy as np
from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel.acting import acting
from sinergi.kernel.jobs import operator

from .actions.certificates import expire_certificates, sample_week
from .actions.review import weigh_pairs
from .models import Certificate

KEEPER = operator("review", "identity.review", "identity_review.weigh", "certificate.sample", "certificate.expire")


@app.periodic(cron="20 18 * * *")
@app.task(name="review.nightly", queue="upkeep", queueing_lock="review.nightly", lock="review.nightly")
def review_nightly(timestamp: int) -> None:
    """Every night (02:20 in Malaysia)."""
    now = timezone.now()
    expire_certificates(None, actor=KEEPER, purpose="administer", on=timezone.localdate(now))
    weigh_pairs(None, actor=KEEPER, purpose="administer", at=now)


@app.periodic(cron="30 18 * * 0")
@app.task(name="review.weekly", queue="upkeep", queueing_lock="review.weekly", lock="review.weekly")
def review_weekly(timestamp: int) -> None:
    """Every Monday (02:30 in Malaysia)."""
    sample_all(timezone.localdate())


def sample_all(week: date) -> int:
    """Draw the week's sample of every certificate that holds, each by itself. Gives how many pairs are to be labelled."""
    with acting(KEEPER, purpose="administer"):
        valid = list(Certificate.objects.filter(state="valid").order_by("id"))
    return sum(sample_week(one, actor=KEEPER, purpose="administer", week=week, chance=np.random.Generator(np.random.PCG64(secrets.randbits(128))))
               for one in valid)
