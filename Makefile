# The front door. Every target sets up what it needs: system packages, .venv, the C extension.

PYTHON := .venv/bin/python
BUILT_FROM := bootstrap constraints.txt pyproject.toml setup.py $(shell git ls-files "*.c" "*.h" "*/build.py" 2>/dev/null)
C_FLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -Idrivers/dahdi -Idrivers/isdn -Ihw_sim/dahdi

.DEFAULT_GOAL := help
.PHONY: help demo test test-kernel test-pbx bench lint setup clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

.venv/.ready: $(BUILT_FROM)
	@./bootstrap

setup: .venv/.ready  ## system packages, .venv, the C extension; nothing else

demo: .venv/.ready  ## one call to the hotline, from the card to the database
	@$(PYTHON) -m workbench.cli demo

test: .venv/.ready  ## every test that needs neither kernel driver nor PBX
	@$(PYTHON) -m pytest -n auto --dist loadfile -m "not kernel and not pbx and not realtime"
	@$(PYTHON) -m pytest -m "realtime and alone and not kernel and not pbx"
	@$(PYTHON) -m pytest -n 2 --dist loadfile -m "realtime and not alone and not kernel and not pbx"

test-kernel: .venv/.ready  ## our driver and the conformance suite on the real kernel driver, in a virtual machine
	@tests/kernel/run.sh

test-pbx: .venv/.ready  ## Debian 11's Asterisk on the office's virtual cards (fetched into ~/.cache, 160 MB)
	@tests/pbx/fetch.sh >/dev/null
	@$(PYTHON) -m pytest -m pbx tests/pbx

bench: .venv/.ready  ## what a tick costs, part by part, at 4 to 1,024 lines, and beside libspandsp
	@$(PYTHON) -m bench

lint: .venv/.ready  ## ruff, mypy strict, C with -Wall -Wextra -Werror
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@for c in $$(git ls-files '*.c'); do $(CC) $(C_FLAGS) $$c || exit 1; done

clean:  ## remove everything that was built
	rm -rf .venv build *.egg-info drivers/*/_*.c drivers/*/*.so hw_sim/*/*.so hw_sim/*/*/*.so var .mypy_cache .ruff_cache .hypothesis
