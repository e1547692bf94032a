"""The tobacco hotline, ready to be served by a process of its own."""

from __future__ import annotations

import pytest

from tests.workbench.served import Furnished, furnish


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Prompts, products and cards.yaml."""
    return furnish(tmp_path_factory.mktemp("furnished"))
