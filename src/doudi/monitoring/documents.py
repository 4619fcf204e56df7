"""The generated reference documents, as `scripts/docs.py` of the checkout writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from doudi.kernel.errors import DoudiError, Fault, code

NO_CHECKOUT = code("docs_no_checkout", "参考文档只能在源代码目录中生成")


def write_documents(*, check: bool) -> int:
    """Write or check every page; the exit code of the script. Raises DoudiError outside a checkout."""
    root = Path(__file__).resolve().parents[3]
    script = root / "scripts" / "docs.py"
    if not script.is_file():
        raise DoudiError(Fault(NO_CHECKOUT, "这里没有源代码", str(root), todo="在源代码目录中运行 doudi docs"))
    arguments = [sys.executable, str(script), *(["--check"] if check else [])]
    return subprocess.run(arguments, cwd=root, check=False).returncode  # noqa: S603 - our own script
