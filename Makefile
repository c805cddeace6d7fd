SHELL := bash

build/stamps/venv: requirements/dev.txt
	@mkdir -p build/stamps
	@.venv/bin/python -c '' 2>/dev/null || { python=$$(tools/find-python.sh) && "$$python" -m venv --clear .venv; }
	@echo 'setup: installing the Python tools into .venv'
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile --require-hashes -r $<
	@touch $@

.PHONY: setup
setup: build/stamps/venv
