# The commands of Anlan. `make help` lists them.
.PHONY: pg
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python

pg: ## Start the embedded PostgreSQL of DATA_DIR and leave it running
	@"$(VENV_PYTHON)" platform/deploy/local/pg.py start
