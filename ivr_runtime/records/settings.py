"""Django's settings that never change. The database and the data folder are added by `setup`.

A module, because Django's plugin for mypy reads it.
"""

from __future__ import annotations

INSTALLED_APPS = ["ivr_runtime.records"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LOGGING_CONFIG = None
LOOPSTART_DATA = ""
