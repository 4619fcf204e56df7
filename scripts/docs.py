"""Write the generated reference documents, or check that they are up to date.

    python scripts/docs.py            write
    python scripts/docs.py --check    change nothing; exit 1 and name every file that is not what the code would write

To add a document: one line in PAGES. The function takes nothing and returns the page's text, the same each time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import django

ROOT = Path(__file__).resolve().parent.parent

PAGES = {
    "docs/reference/benchmarks.md": "benchmarks.page:render",
    "docs/reference/benchmarks/growth.svg": "benchmarks.page:growth_chart",
    "docs/reference/benchmarks/ten.svg": "benchmarks.page:ten_chart",
    "docs/reference/cli.md": "doudi.cli.document:render",
    "docs/reference/data-requirements.md": "doudi.contracts.document:render",
    "docs/reference/errors.md": "scripts.docs:error_codes",
    "docs/reference/loop.md": "doudi.casework.dispatch.document:render",
    "docs/reference/permissions.md": "doudi.casework.access.document:render",
    "docs/reference/published-run.md": "doudi.published.document:render",
    "docs/reference/rules.md": "doudi.policyfiles.rulebook:render",
    "docs/reference/settings.md": "doudi.config.document:render",
}
"""Page -> `module:function` that returns its text."""


def error_codes() -> str:
    """The table of stable error codes, from every room."""
    import doudi
    from doudi.kernel.errors import CODES

    for module in walk_packages(doudi.__path__, "doudi."):
        if module.name != "doudi.config.wsgi":  # starts the site
            import_module(module.name)
    rows = [f"| `{name}` | {meaning} |" for name, meaning in sorted(CODES.items())]
    return "\n".join(
        ["# 错误代码", "", "由 `make docs` 根据代码生成，请勿手改。代码一经发布不再改变含义。", "", "| 代码 | 含义 |", "|---|---|", *rows, ""]
    )


def page_text(maker: str) -> str:
    """What `module:function` returns."""
    module, _, function = maker.partition(":")
    text: str = getattr(import_module(module), function)()
    return text


def main() -> int:
    """Set the site up with keys for nothing, since error codes and roles are in its rooms too, then do as the arguments say."""
    parser = argparse.ArgumentParser(description="生成参考文档")
    parser.add_argument("--check", action="store_true", help="只检查，不改动")
    check = parser.parse_args().check
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "doudi.config.settings", "DOUDI_KEYS": folder, "DOUDI_HOME": folder}
        django.setup()
        return write_or_check(check)


def write_or_check(check: bool) -> int:
    """Write or check every page; 0 if nothing is stale."""
    stale = 0
    for name, maker in PAGES.items():
        path, text = ROOT / name, page_text(maker)
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            print(f"✗ {name} 与代码不一致；请运行 make docs 并提交", file=sys.stderr)
            stale += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"已写 {name}")
    if check and not stale:
        print(f"生成的文档都是最新的（{len(PAGES)} 份）")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
