# Everything one does with Tingtang, each in one command. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run engines test check check-web test-python bench requirements settings migration lock clean

BIN := .venv/bin
WORKERS ?= 2

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: ## install, build and start the demo hall (TINGTANG_PORT moves it from port 8000)
	@scripts/setup base
	@scripts/setup web
	@exec $(BIN)/tingtang demo

engines: ## install the engines that read papers and compare faces (about 210 MB)
	@scripts/setup base
	@scripts/setup engines

test: ## install what tests need, then run every check and every test
	@scripts/setup dev
	@scripts/setup system
	@scripts/setup web
	@$(MAKE) --no-print-directory check check-web test-python

check: ## style, types, import rules, and generated documents that are out of date
	@scripts/setup dev
	@scripts/quietly "lint" $(BIN)/ruff check .
	@scripts/quietly "format" $(BIN)/ruff format --check .
	@scripts/quietly "types" $(BIN)/mypy
	@scripts/quietly "import rules" $(BIN)/lint-imports
	@scripts/quietly "table of requirements" $(BIN)/python scripts/requirements.py --check
	@scripts/quietly "list of settings" $(BIN)/python scripts/settings.py --check

check-web: ## types, style and unit tests of the web pages
	@scripts/setup web
	@cd web && PATH="$$(../scripts/setup node):$$PATH" ../scripts/quietly "web: types and style" npm run --silent check
	@cd web && PATH="$$(../scripts/setup node):$$PATH" ../scripts/quietly "web: unit tests" npm run --silent test

test-python: ## the Python tests alone (WORKERS=n processes, each file in one of them)
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile

bench: ## measure everything that bench/ can measure, against limits and peers, in one run
	@scripts/setup dev
	@scripts/setup web
	@$(BIN)/python -m bench

requirements: ## write docs/requirements.md from the marks of all tests
	@scripts/setup dev
	@$(BIN)/python scripts/requirements.py

settings: ## write docs/settings.md from the settings' own descriptions
	@scripts/setup dev
	@$(BIN)/python scripts/settings.py

migration: ## cut the first migration again from the tables, while nothing is released
	@scripts/setup dev
	@$(BIN)/python scripts/migration.py

lock: ## pin every package again, after a change of dependencies in pyproject.toml
	@scripts/setup dev
	@$(BIN)/uv pip compile -q --generate-hashes --no-annotate --no-header --universal --python-version 3.11 requirements/uv.in -o requirements/uv.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-annotate --no-header --universal --python-version 3.11 pyproject.toml -o requirements/base.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-annotate --no-header --universal --python-version 3.11 pyproject.toml --extra faces --extra papers -c requirements/base.txt -o requirements/engines.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-annotate --no-header --universal --python-version 3.11 pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt

clean: ## remove what was installed and built; the data in var/ stays
	rm -rf .venv web/node_modules web/dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
