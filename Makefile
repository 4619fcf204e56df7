# The tasks of this repository; `make help` lists them. Recipes are short on purpose: what takes more than a few lines is in scripts/.
PYTHON ?= python3
HOME_DIR ?= ./doudi-data
AS_OF ?= 2026-10-31
BIN := .venv/bin

# Each command is a process of its own; compiling every import anew, as some machines are set to, would take longer than most commands themselves.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.tools/pycache

.DEFAULT_GOAL := help
.PHONY: help setup demo score test test-server lint format docs bench bench-sql bench-province bench-site clean

help: ## 列出任务 / list the tasks
	@echo "兜底 Doudi"; echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'
	@echo; echo "  第一次来，请用 make demo / new here? make demo"

setup: .venv/.complete ## 装配环境，含测试工具 / set everything up, tools for tests included

demo: .venv/.runtime ## 随附样本：报送 → 线索 → 报告；再启动一个演示县的工作平台 / the bundled sample, then the casework site of a made-up county
	@$(BIN)/python scripts/demo.py --home $(HOME_DIR) --as-of $(AS_OF)

score: .venv/.runtime ## 把演示结果与标准答案核对 / compare the demo's result with the right answers
	@$(BIN)/python scripts/score.py --home $(HOME_DIR)

test: .venv/.complete ## 全部测试；缺系统软件的会点名 / all tests; names what a missing system package left out
	@$(BIN)/pytest -n 2 --dist loadgroup

test-server: .venv/.complete ## 工作平台的测试，改用本机软件包的 PostgreSQL / the site's tests on the PostgreSQL that the machine's packages have
	@$(BIN)/python scripts/on_postgresql.py $(BIN)/pytest tests/casework -n 2 --dist loadgroup -m "not browser and not own_server"

lint: .venv/.complete ## 格式、类型、依赖方向、生成的文档 / style, types, direction of imports, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/docs.py --check

format: .venv/.complete ## 整理代码格式 / format the code
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

docs: .venv/.complete ## 重新生成参考文档 / generate the reference documents anew
	$(BIN)/python scripts/docs.py

bench: .venv-bench/.complete ## 基准测试：不到十分钟，2 核 / benchmarks, under ten minutes on 2 cores
	@.venv-bench/bin/python -m benchmarks

bench-sql: .venv/.runtime ## 只测手写 SQL 与扫描下限，不装别的 / only the scan and the hand-written SQL, nothing else installed
	@$(BIN)/python -m benchmarks floor ten-engine

bench-province: .venv-bench/.complete ## 全省 6600 万人 / the whole province, 66 million people
	@.venv-bench/bin/python -m benchmarks province

bench-site: .venv/.runtime ## 工作平台：装载、查询、网页（需装 wrk）/ the site: loading, searching, pages under load; needs wrk
	@$(BIN)/python -m benchmarks site-load site-search site-pages

clean: ## 删除环境和缓存；不动 doudi-data / remove environment and caches, never doudi-data
	rm -rf .venv .venv-bench .tools .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage build dist
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# Marks of what .venv holds; made anew when the lock changes.
.venv/.complete: pyproject.toml uv.lock scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py
	@touch .venv/.complete .venv/.runtime

.venv/.runtime: pyproject.toml uv.lock scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py --runtime
	@touch .venv/.runtime

.venv-bench/.complete: pyproject.toml uv.lock scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py --bench
	@touch .venv-bench/.complete
