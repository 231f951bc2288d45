# For those who work on clipcause. `make check` is what continuous integration runs after installing.
.PHONY: check lint test test-slow test-faults docs doctor

check: lint test test-slow

lint:
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow/rules
	lint-imports
	snakemake --lint
	snakemake -n --quiet all > /dev/null

test:
	python -m pytest

test-slow:
	python -m pytest -m slow

# Kills of every stage, full disks, damaged files: half an hour. CLIPCAUSE_FAULT_SEED=1 repeats what was chance.
test-faults:
	python -m pytest tests/faults -m faults -s

docs:
	python -m clipcause.config document --output docs/configuration.md

# What a run needs, and whether it is here; with LAYERS=my.yaml for a configuration with layers.
doctor:
	PYTHONPATH=workflow python -m clipcause.doctor look --snakemake="--cores all $(if $(LAYERS),--configfile config.yaml $(LAYERS))"
