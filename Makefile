# 码上办. `make` alone prints what there is.
#
# Settings are read from the environment or the command line:
#   make run PORT=8080 PUBLIC_URL=https://example.gov.cn

PY := .venv/bin/python
SOURCES := app qr miniprogram_api mobile console notifications demo migrations benchmarks tests wsgi.py

.DEFAULT_GOAL := help
.PHONY: help run demo-reset test check format lock screenshots bench packages system-packages

help: ## Print this list
	@echo '码上办 Mashangban'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: packages ## Run everything on this machine; Ctrl-C stops it
	@exec $(PY) -m demo.run

demo-reset: packages ## Delete the demonstration's data, after asking
	@exec $(PY) -m demo.reset

test: system-packages packages ## All tests, on SQLite and on PostgreSQL
	@exec $(PY) -m tests.halves

check: system-packages packages ## Format, lint, types, import contracts, tests on SQLite
	@$(PY) -m ruff format --check $(wildcard $(SOURCES))
	@$(PY) -m ruff check $(wildcard $(SOURCES))
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@env -u TEST_DATABASE_URL $(PY) -m pytest

format: packages ## Format the code and mend what the linter can
	@$(PY) -m ruff format $(wildcard $(SOURCES))
	@$(PY) -m ruff check --fix $(wildcard $(SOURCES))

screenshots: system-packages packages ## Take the readme's two pictures again
	@SCREENSHOTS=docs $(PY) -m pytest tests/e2e/test_screens.py

bench: packages ## Measure against bare views; writes build/bench.json
	@$(PY) -m benchmarks

# Resolved by the oldest Python that must run it, Debian 12's 3.11.2:
#   make lock LOCK_PYTHON=/usr/bin/python3.11
LOCK_PYTHON ?= python3.11
lock: ## Pin requirements.in again (keeps versions that still fit)
	@rm -rf build/lock && $(LOCK_PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --upgrade pip pip-tools
	@build/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe \
		--strip-extras --no-header --no-emit-options --annotation-style=line \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file=requirements.txt requirements.in
	@sed -i '1i # Pinned from requirements.in by `make lock`: exact versions, with the hashes pip checks.' requirements.txt

packages:
	@deploy/prepare.sh python

system-packages:
	@deploy/prepare.sh browser
