# Every way into the house; `make` alone lists them. Kept to what GNU make 3.81 and a POSIX shell know.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
SHELL := /bin/sh

BIN := .venv/bin
LOCK := requirements-dev.lock
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock'

.PHONY: help
help: ## List what can be made.
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# quietly COMMAND…: run it in silence; if it fails, show all that it said.
define quietly
quietly() { \
	said=$$(mktemp) || return; \
	if "$$@" >"$$said" 2>&1; then rm -f "$$said"; \
	else status=$$?; cat "$$said" >&2; rm -f "$$said"; return $$status; fi; \
}
endef

# find_python: print the first Python that is new enough and can make an environment. Where that is one of .venv
# itself, which is activated, it is the one that .venv was made from: setup may take .venv away.
define find_python
find_python() { \
	for python in $(if $(PYTHON),'$(PYTHON)',python3 python3.14 python3.13 python3.12 python3.11 python); do \
		"$$python" -c 'import os, sys, venv, ensurepip; \
			taken_away = os.path.join(os.path.realpath(".venv"), ""); \
			python = sys._base_executable; \
			within = os.path.realpath(os.path.dirname(python)) + os.sep; \
			python = os.path.realpath(python) if within.startswith(taken_away) else python; \
			unusable = sys.version_info < (3, 11) or python.startswith(taken_away); \
			unusable or print(python); \
			sys.exit(unusable)' 2>/dev/null && return; \
	done; \
	return 1; \
}
endef

# What an environment was made from is copied into it last, so an interrupted setup has no such copy and is made
# again, and one that is up to date costs one comparison. The copies are the first to go, so nothing that was taken
# away in part counts as up to date. The folder belongs to it, because an environment does not survive being moved.
# Cairn is put in by the uv that the lock names: an environment that uv made has no pip, and there may be no uv
# outside of it any more.
.PHONY: setup
setup: ## Make .venv from the lock, with Cairn in it; does nothing when it is up to date.
	@locked() { pwd; cat $(LOCK); }; \
	ready() { locked; cat pyproject.toml; }; \
	if ready | cmp -s - .venv/ready && test -x $(BIN)/python; then exit 0; fi; \
	$(quietly); \
	$(find_python); \
	set -e; \
	rm -f .venv/ready; \
	if ! locked | cmp -s - .venv/locked || ! test -x $(BIN)/python; then \
		python=$$(find_python) || { \
			echo 'Cairn needs Python 3.11 or later, with its venv module, and found none.' >&2; \
			echo 'Install one (Debian, Ubuntu: python3 and python3-venv; macOS: brew install python),' >&2; \
			echo 'or say where it is: make $(or $(firstword $(MAKECMDGOALS)),setup) PYTHON=/path/to/python3' >&2; \
			exit 1; \
		}; \
		echo "Making .venv with $$("$$python" --version); the first time takes about a minute."; \
		rm -f .venv/locked; \
		rm -rf .venv; \
		uv=$$(command -v uv || true); \
		if test -n "$$uv"; then \
			quietly "$$uv" venv --no-project --python "$$python" .venv; \
			quietly "$$uv" pip sync --python $(BIN)/python --require-hashes $(LOCK); \
		else \
			quietly "$$python" -m venv .venv; \
			quietly $(BIN)/python -m pip install --require-hashes --requirement $(LOCK); \
		fi; \
		locked >.venv/locked.part && mv .venv/locked.part .venv/locked; \
	fi; \
	quietly $(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	ready >.venv/ready.part && mv .venv/ready.part .venv/ready

.PHONY: run
run: setup ## Run Cairn here until Ctrl-C; its settings are CAIRN_* variables.
	@exec $(BIN)/cairn up

.PHONY: test
test: setup ## Run the tests, on all cores, those of pages with Chromium; ARGS='-k goal -x -n0' is passed on.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

.PHONY: slowest
slowest: setup ## List which tests cost most, in seconds of the processor; ARGS=tests/unit says of which.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n0 -q -p tests.processor_time $(ARGS)

.PHONY: exchange
exchange: setup ## Test with what others read and write Cairn's formats by; needs npm's registry.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile tests/exchange $(ARGS)

# Building the image takes longer than any test may.
.PHONY: image
image: setup ## Build the image and run it as deploy/ says; needs root, and apt-get for podman.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n0 -p no:tests.time_limit -o faulthandler_timeout=1800 tests/image $(ARGS)

.PHONY: check
check: lint types test exchange ## Check all that CI checks: style, imports, types, tests, the exchange with others.

.PHONY: lint
lint: setup ## Check style, format, and who imports whom.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(quietly); quietly $(BIN)/lint-imports --no-logo && echo 'All imports keep to their contracts.'

.PHONY: types
types: setup ## Check the types, strictly.
	@$(BIN)/mypy

.PHONY: format
format: setup ## Format the code, and mend what can be mended safely.
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

.PHONY: schemas
schemas: setup ## Write the published JSON Schemas from the event types.
	@$(BIN)/cairn schemas write

.PHONY: views
views: setup ## Write the columns of the views into docs/views.md.
	@$(BIN)/python -m projections.data_dictionary docs/views.md

.PHONY: codes
codes: setup ## Write the codes with which Cairn says no into docs/codes.md.
	@$(BIN)/python -m services.gateway.codes_page docs/codes.md

.PHONY: access
access: setup ## Write the tables of the access policy into docs/access.md.
	@$(BIN)/python -m services.access.policy_page docs/access.md

.PHONY: texts
texts: setup ## Put the texts of the pages into the catalogue of each language.
	@$(BIN)/python -m services.gateway.pages.catalogues

.PHONY: pictures
pictures: setup ## Make the pictures of README from the sample, with Chromium.
	@$(BIN)/python -m tests.browser.pictures docs/images

# The runtime lock is solved with the pins of the development lock as preferences, so it is a part of it.
# The uv that the lock names solves it; one from elsewhere will do where there is no .venv.
.PHONY: lock
lock: ## Solve the locks anew for pyproject.toml, keeping pins that fit; ARGS=--upgrade renews all.
	@uv=$$(command -v $(BIN)/uv || command -v uv) || { echo 'This needs uv: run make setup first.' >&2; exit 1; }; \
	set -e; \
	made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; \
	if test -f $(LOCK); then cp $(LOCK) "$$made/dev"; fi; \
	"$$uv" $(COMPILE) $(ARGS) --all-extras pyproject.toml --output-file "$$made/dev" >/dev/null; \
	cp "$$made/dev" "$$made/runtime"; \
	"$$uv" $(COMPILE) pyproject.toml --output-file "$$made/runtime" >/dev/null; \
	cat "$$made/dev" >$(LOCK); \
	cat "$$made/runtime" >requirements.lock

.PHONY: clean
clean: ## Remove the environment and the caches; recorded data stays.
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	@find . \( -name .git -o -name .cairn -o -path ./data \) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
