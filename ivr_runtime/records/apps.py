"""The Django application of the records."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Its tables begin with `records_`."""

    name = "ivr_runtime.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
