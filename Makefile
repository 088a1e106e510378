# The commands of Anlan; `make help` lists them. Nothing is needed beforehand but Python 3.11+ and make.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test soak check fix bench bundle sbom shell clean-demo pins pg

PYTHON ?= python3
# platform/ is a source root. Relative on purpose: every recipe runs here, and the path may hold spaces.
export PYTHONPATH := platform:.
VENV := .venv/bin/python
LOCAL := -m deploy.local
SET_UP = @command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON): install Python 3.11 or newer, or name one with PYTHON=." >&2; exit 1; }; "$(PYTHON)" $(LOCAL).bootstrap

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | column -t -s @ 2>/dev/null || sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' Makefile

demo: ## Set up and run everything with a year of data (PORT=8000 HOST=127.0.0.1 DATA_DIR=.data)
	$(SET_UP) demo
	@exec $(VENV) $(LOCAL).demo

clean-demo: ## Stop the demo and remove its data directory
	$(SET_UP) demo
	@exec $(VENV) $(LOCAL).clean_demo

test: ## Set up and run everything that CI runs (PYTEST="-k word" narrows it)
	$(SET_UP) test
	@exec $(VENV) $(LOCAL).run_tests $(PYTEST)

soak: ## What is tried a million times: minutes to hours (PYTEST="-k word" narrows it; platform/docs/soak.md)
	$(SET_UP) test
	@exec $(VENV) $(LOCAL).run_tests --soak $(PYTEST)

check: ## Format, lint, import contracts, types, migrations, settings, schema, texts, drawings, known weaknesses
	$(SET_UP) check
	@exec $(VENV) $(LOCAL).check

fix: ## Format and repair what can be repaired
	$(SET_UP) check
	@$(VENV) -m ruff check --fix --quiet . ; $(VENV) -m ruff format --quiet . && $(VENV) -m ruff check .

bench: ## Measure, and write the ratios with the machine's description to a file (BENCH=--quick: only that it works)
	$(SET_UP) test
	@exec $(VENV) -m tests.benchmarks $(BENCH)

bundle: ## Pack everything that an installation without internet needs (TO=dist)
	$(SET_UP) check
	@exec $(VENV) platform/deploy/bundle.py --to $(or $(TO),dist)

sbom: ## List what the product is made of, as CycloneDX (TO=dist/sbom.json)
	$(SET_UP) check
	@exec $(VENV) $(LOCAL).supply sbom $(or $(TO),dist/sbom.json)

shell: ## A Python prompt with the models loaded
	$(SET_UP) demo
	@$(VENV) $(LOCAL).pg start
	@exec $(VENV) manage.py shell

pg: ## Start the embedded PostgreSQL of DATA_DIR and leave it running
	$(SET_UP) demo
	@exec $(VENV) $(LOCAL).pg start

PIN := -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
pins: ## Compile the pins of requirements*.in anew (UPGRADE=--upgrade for newer versions)
	$(SET_UP) check
	@$(VENV) -m pip install --quiet uv
	$(VENV) $(PIN) $(UPGRADE) requirements.in -o requirements.txt
	$(VENV) $(PIN) $(UPGRADE) requirements-dev.in -o requirements-dev.txt
	$(VENV) $(PIN) $(UPGRADE) requirements-node.in -o requirements-node.txt
