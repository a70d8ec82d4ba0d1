"""The peer's settings: the same packages, tables and pool, but the owner's login with triggers and row security out of the way."""

import os

from sinergi.config.settings import *  # noqa: F403
from sinergi.config.settings import database, pooled

ROOT_URLCONF = "bench.stage.bare"
DATABASES = {"default": database(os.environ["SINERGI_OWNER_URL"], {"options": "-c session_replication_role=replica", **pooled(10)})}
