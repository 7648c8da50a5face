"""What a report was made with, so that somebody else can make it again."""

from __future__ import annotations

import hashlib
import platform
from importlib import metadata
from pathlib import Path


def provenance(*, model: str | None, codebook: str, file: Path, command: str) -> dict[str, str]:
    """Versions, model, codebook and command as words; what is not known is left out."""
    from sentiment import __version__

    found = {
        "program": f"sentiment {__version__}, Python {platform.python_version()}, numpy {metadata.version('numpy')}",
        "model": model or "",
        "codebook": f"version {codebook}" + (f", sha256 {_sha(file)[:16]}" if file.is_file() else ""),
        "command": command,
    }
    return {name: value for name, value in found.items() if value}


def _sha(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
