# Everything is installed inside this folder (.venv, build) and nothing outside it: `make help` lists what there is.
SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Settings that may be given on the command line, as in `make test TEST_WORKERS=4`
TEST_WORKERS ?= 2
PYTEST_ARGS ?=
BACKTEST_ARGS ?=
# The provider that validation, tests and demo run with; users of the modules may take any from 5.100 on.
AWS_PROVIDER_VERSION ?= ~> 5.100

python := .venv/bin/python
pip_install := -m pip install --quiet --disable-pip-version-check --no-input --no-compile --require-hashes
stamps := build/stamps

USER_TERRAFORM_RC := $(TF_CLI_CONFIG_FILE)
export USER_TERRAFORM_RC AWS_PROVIDER_VERSION
export TF_CLI_CONFIG_FILE := $(CURDIR)/build/terraform.rc
export CHECKPOINT_DISABLE := 1
export MPLCONFIGDIR := $(CURDIR)/build/matplotlib
export PYTHONUNBUFFERED := 1

.PHONY: help demo screenshots sandbox backtest test test-slow lint check package bench release publish clean setup lock

help: ## Show this list
	@echo 'Needed: Python 3.11+, Terraform 1.9+, make; Go only for lint. Targets:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: setup package ## Apply hub and spokes to a local AWS, then watch a Spot drought come and go
	@$(python) -m simulator.demo

screenshots: setup build/demo/console-midway.html ## Picture the dashboard's table of the last demo, for the README
	@$(python) tools/screenshots.py

build/demo/console-midway.html:
	@$(MAKE) --no-print-directory demo

sandbox: setup package ## Keep that local AWS running on 127.0.0.1, for your own Terraform and AWS CLI
	@$(python) -m simulator.sandbox serve

backtest: $(stamps)/venv ## Compare all policies, and what people use today, over the same generated weather
	@$(python) -m simulator backtest $(BACKTEST_ARGS)

test: setup package ## Run all tests but the slow ones: unit, contract, Terraform, sandbox, end to end
	@$(python) -m pytest -n $(TEST_WORKERS) $(PYTEST_ARGS)

test-slow: setup package ## Run the slow tests: an upgrade in a failover, a restored table, an hour without the hub
	@$(python) -m pytest -m slow -n $(TEST_WORKERS) $(PYTEST_ARGS)

lint: setup $(stamps)/lint-tools ## Check formatting, types, imports, Terraform, shell and workflows; zero findings
	@tools/lint.sh

check: lint test ## Lint and test

package: $(stamps)/venv ## Build the Lambda zip; the same sources give the same bytes
	@$(python) tools/package.py

bench: setup package ## Measure against the budgets; TRACES=DIR adds real Spot traces
	@$(python) -m bench

# Tags come from outside: the shell reads this one from its environment, never as a part of a command.
VERSION ?=
export VERSION

release: package ## Prepare the release of a tag, as in make release VERSION=v1.2.3: its branch, zip and notes
	@"$$(tools/find-python.sh)" tools/release.py prepare "$$VERSION"

publish: ## Push what make release prepared, and make GitHub's release of it
	@"$$(tools/find-python.sh)" tools/release.py publish "$$VERSION"

clean: ## Remove everything these targets made
	rm -rf .venv build modules/central-hub/package
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

setup: $(stamps)/venv $(stamps)/terraform

$(stamps)/venv: requirements/dev.txt
	@mkdir -p $(@D)
	@$(python) -c '' 2>/dev/null || { python=$$(tools/find-python.sh) && "$$python" -m venv --clear .venv; }
	@echo 'setup: installing the Python tools into .venv'
	@$(python) $(pip_install) -r $<
	@touch $@

$(stamps)/terraform: tools/terraform-plugins.sh
	@mkdir -p $(@D)
	@tools/terraform-plugins.sh
	@touch $@

$(stamps)/lint-tools: requirements/lint.txt tools/go.mod tools/lint-tools.sh | $(stamps)/venv
	@$(python) -m venv build/lint-venv
	@echo 'setup: installing checkov and zizmor into build/lint-venv'
	@build/lint-venv/bin/python $(pip_install) -r $<
	@tools/lint-tools.sh
	@touch $@

# The lock files hold hashes for every platform and Python from 3.11 on, and no registry's address.
uv_compile := .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: $(stamps)/venv ## Bring all requirements*.txt to the latest versions that their requirements*.in allow
	@cd requirements && for name in lambda dev lint; do ../$(uv_compile) $$name.in --output-file $$name.txt; done
	@cd examples/interruption-ready-service && \
		../../$(uv_compile) requirements.in --constraint ../../requirements/dev.txt --output-file requirements.txt
