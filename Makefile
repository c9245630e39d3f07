# The two commands of a newcomer are `make run` and `make test`; everything they need they install into .venv and assets/.
PYTHON ?= $(firstword $(shell command -v python3.11 python3))
ARGS ?=

.PHONY: run test check audit bench format clean

run:
	@$(PYTHON) -m scripts.run

test:
	@$(PYTHON) -m scripts.test $(ARGS)

check:
	@$(PYTHON) -m scripts.check

audit:
	@$(PYTHON) -m scripts.bootstrap dev
	@.venv/bin/python -m pip_audit --strict --requirement requirements.txt

bench:
	@$(PYTHON) -m scripts.bootstrap dev
	@.venv/bin/python -m bench $(ARGS)

format:
	@$(PYTHON) -m scripts.bootstrap dev
	@.venv/bin/python -m ruff check --fix .
	@.venv/bin/python -m ruff format .
	@.venv/bin/djade --target-version 5.2 $$(find templates -name '*.html')

# Keeps var/: it holds the database and the keys.
clean:
	@rm -rf .venv assets node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis var/static var/static.stamp var/test var/test-reports
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
