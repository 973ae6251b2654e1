# Every target first sets up .venv (packaging/setup.sh), so that each works in a fresh clone.
.DEFAULT_GOAL := help
.PHONY: help setup run test format bench wheel package clean
BIN := .venv/bin
ARGS ?=

help: ## Show this list
	@echo "GlyphStudio. Targets (each sets up .venv first if needed):"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: ## Only set up .venv
	@sh packaging/setup.sh

run: setup ## Open the window; without a display, do the same job headless. Passes ARGS="..." on
	@$(BIN)/glyphstudio $(ARGS)

# All checks run even if one fails. pytest is last, so that its summary ends a good run.
test: setup ## Run every check: ruff, mypy, import-linter, pytest. ARGS="..." go to pytest
	@failed=; \
	check() { name=$$1; shift; echo "== $$name"; "$$@" || failed="$$failed, $$name"; }; \
	check "ruff check" $(BIN)/ruff check; \
	check "ruff format" $(BIN)/ruff format --check; \
	check "mypy" $(BIN)/mypy; \
	check "import-linter" $(BIN)/lint-imports; \
	check "pytest" env QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS); \
	if [ -n "$$failed" ]; then echo "These checks failed: $${failed#, }."; exit 1; fi

format: setup ## Format the code and fix what ruff can fix
	@$(BIN)/ruff check --fix; $(BIN)/ruff format

bench: setup ## Print the speed measurements
	@$(BIN)/glyphstudio bench $(ARGS)

wheel: setup ## Build a wheel, including assets, into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . && ls dist/*.whl

package: setup ## Build the package that needs no Python into out/package/, and try it out
	@$(BIN)/python packaging/package.py $(ARGS)

clean: ## Remove .venv, dist and the tools' caches
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	@find glyphstudio tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
