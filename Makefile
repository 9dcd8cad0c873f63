# Mirato. `make help` lists everything.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
UV := .venv/bin/uv
NPM = $(shell command -v npm || echo .venv/bin/npm)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help site test check bench release serve clean

help: ## Show what can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

site: .venv/build-ready node_modules/ready ## Set everything up, make demo sources where none are real, build the site into output/
	@$(PY) -m etl demo --if-needed
	@$(PY) -m etl build

test: .venv/dev-ready node_modules/ready ## Set up what tests need (Chromium, Java and R included) and run them all
	@bash scripts/test-machine.sh
	@$(PY) -m pytest

check: .venv/dev-ready node_modules/ready ## Check format, lint, types, the folder rule and the workflows
	@ruff format --check .
	@ruff check .
	@mypy
	@lint-imports
	@check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@zizmor --offline --quiet .github/workflows

bench: .venv/dev-ready node_modules/ready ## Measure every stage, and page rendering beside a named peer
	@$(PY) -m etl bench

release: .venv/dev-ready node_modules/ready ## Build on what is published, pass every gate, deliver by one rename; the first time OPTIONS=--first
	@bash scripts/test-machine.sh chromium
	@$(PY) -m etl demo --if-needed
	@$(PY) -m etl release $(if $(PUBLISHED),--published $(PUBLISHED)) $(OPTIONS)

serve: .venv/build-ready ## Serve output/ on http://127.0.0.1:8000
	@test -d output || { echo 'Il sito non c’è ancora: eseguire prima «make site».'; exit 1; }
	@$(PY) -m http.server --bind 127.0.0.1 --directory output 8000

clean: ## Remove the environment and everything that was generated
	@rm -rf .venv node_modules build output

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Serve Python 3.11 o più recente.")'
	@echo '• ambiente Python'
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/build-ready: .venv/bin/uv requirements/build.txt
	@echo '• librerie per costruire il sito'
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/build.txt
	@touch $@

.venv/dev-ready: .venv/build-ready requirements/dev.txt requirements/dcat.txt
	@echo '• librerie per le prove'
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/dev.txt
	@rm -rf .venv/regole-dcat
	@$(UV) pip install --quiet --python-version 3.13 --no-deps --target .venv/regole-dcat --require-hashes -r requirements/dcat.txt
	@touch $@

.venv/npm-ready: .venv/bin/uv requirements/node.txt
	@command -v npm >/dev/null || { echo '• node, che qui manca'; \
	  $(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/node.txt; }
	@touch $@

node_modules/ready: package-lock.json .venv/npm-ready
	@echo '• componenti del sito'
	@$(NPM) ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@
