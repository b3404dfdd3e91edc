# Needs Python >= 3.11 and make. `make help` lists what one can do.

SHELL := /bin/sh
PY := .venv/bin/python
SYNCED := .venv/.synced
PYTEST_ARGS ?=
SEED ?=
# What may not be in the tree: private keys, nkey seeds, index addresses of somebody's own.
TREE := --exclude-dir=.git --exclude-dir=.venv --exclude-dir=.venv-bootstrap --exclude-dir=.data \
	--exclude-dir=node_modules --exclude-dir=build --exclude-dir=dist --exclude-dir='.*_cache'

.DEFAULT_GOAL := help
.PHONY: audit bench fuzz help env run stop test check check-style check-types check-layers check-generated check-lock \
	check-secrets format contracts assets playbooks faults clean

help: ## list what one can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(SYNCED) ## make .venv with exactly what uv.lock names

$(SYNCED): uv.lock pyproject.toml contracts/pyproject.toml infra/local/bootstrap.sh
	@infra/local/bootstrap.sh

run: env assets ## start everything on this machine and print the address; Ctrl-C stops all
	@exec .venv/bin/tongxin up

stop: env ## stop what runs on the data folder, from another terminal
	@.venv/bin/tongxin stop

test: env assets ## run all tests on servers they start themselves, two files at a time, faults alone (PYTEST_ARGS="-k name" for some)
ifeq ($(strip $(PYTEST_ARGS)),)
	@failed=0; \
	$(PY) -m pytest --numprocesses 2 --dist loadfile --ignore tests/faults || failed=1; \
	$(PY) -m pytest tests/faults || failed=1; \
	exit $$failed
else
	$(PY) -m pytest $(PYTEST_ARGS)
endif

check: env check-style check-types check-layers check-generated check-lock check-secrets ## everything that can be told without running

check-style: env
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

check-types: env
	$(PY) -m mypy

check-layers: env
	.venv/bin/lint-imports

check-generated: env
	$(PY) -m tongxin_contracts.generate --check

check-lock:
	@grep -q 'registry = "https://pypi.org/simple"' uv.lock || { echo 'uv.lock does not name the public index' >&2; exit 1; }
	@! grep -nE '(https?|file)://' uv.lock | grep -vE '"https://(pypi\.org/simple|files\.pythonhosted\.org/packages/[^"]*)"' \
		|| { echo 'uv.lock names another index than the public one' >&2; exit 1; }
	@test -f services/portal/assets/package-lock.json
	@! grep -nE '"resolved": "' services/portal/assets/package-lock.json | grep -v '"https://registry\.npmjs\.org/' \
		|| { echo 'package-lock.json names another registry than the public one' >&2; exit 1; }

check-secrets: env
	@grep -rnIE $(TREE) -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' -e '\bS[UAO][A-Z2-7]{56}\b' . ; \
		test $$? -eq 1 || { echo 'a private key is in the tree' >&2; exit 1; }
	$(PY) -m tests.scans.secrets

format: env ## format the code and sort imports
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

contracts: env ## write the JSON Schemas and AsyncAPI again from the message classes
	$(PY) -m tongxin_contracts.generate

assets: env ## build the portal's front end (skipped when fresh)
	@$(PY) -m services.portal.assets.build

audit: env ## ask the vulnerability services about what is installed (needs the internet; exit code 3: could not be asked)
	.venv-bootstrap/bin/uv sync --frozen --quiet --group audit
	@$(PY) -m tests.scans.dependencies

fuzz: env assets ## schemathesis with many more examples (TONGXIN_FUZZ_EXAMPLES, TONGXIN_FUZZ_SECONDS, TONGXIN_SEED)
	TONGXIN_FUZZ_EXAMPLES=$${TONGXIN_FUZZ_EXAMPLES:-30} TONGXIN_FUZZ_SECONDS=$${TONGXIN_FUZZ_SECONDS:-1200} \
		$(PY) -m pytest tests/services/test_openapi_fuzz.py --timeout 3600 $(PYTEST_ARGS)

playbooks: env assets ## run the playbooks' tests and print every row with its state
	$(PY) -m tests.playbooks

faults: env assets ## break everything there is to break and print what held (SEED=7 for another course; half an hour)
	@infra/prometheus/get-promtool.sh || echo 'promtool could not be had: faults that ask the alert rules are left out' >&2
	$(if $(SEED),TONGXIN_FAULT_SEED=$(SEED) )$(PY) -m tests.faults $(PYTEST_ARGS)

bench: env ## measure what must be fast, each figure beside its peer (12 minutes; ONLY=relay for one, SCALE=0.1 for a look)
	SCALE=$(SCALE) $(PY) -m tests.load $(ONLY)

clean: ## remove what can be made again; the data folder stays
	rm -rf .venv .venv-bootstrap build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.hypothesis services/portal/assets/dist services/portal/assets/node_modules
