"""LibreOffice, started once for many files."""

import shutil
import subprocess
from pathlib import Path

import pytest


def converted(files: list[Path], folder: Path, kind: str) -> dict[str, Path]:
    """Let LibreOffice open files and save each as another kind; stem to the new file."""
    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice (soffice)")
    folder.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=110)
    suffix = kind.partition(":")[0]
    return {file.stem: folder / f"{file.stem}.{suffix}" for file in files}
