"""The table of services."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

from ivr_runtime.services import SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_the_table_names_the_arguments_of_the_function(name: str) -> None:
    """What a flow is checked against is what the function takes."""
    module, _, function = name.partition(".")
    parameters = inspect.signature(getattr(importlib.import_module(f"ivr_runtime.{module}"), function)).parameters
    required = tuple(n for n, p in parameters.items() if p.default is inspect.Parameter.empty)
    optional = tuple(n for n, p in parameters.items() if p.default is not inspect.Parameter.empty)
    assert (SERVICES[name].required, SERVICES[name].optional) == (required, optional)


def test_a_flow_can_be_checked_without_a_database() -> None:
    """Importing the table imports no Django."""
    program = "import sys; from ivr_runtime.services import SERVICES; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
