"""The files of the project."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def tracked(*folders: str, root: Path = ROOT) -> list[Path]:
    """Those in these folders, relative to `root`; also those not yet committed."""
    listed = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    done = subprocess.run(listed, cwd=root, capture_output=True, check=True)
    return [Path(name) for name in sorted(set(done.stdout.decode().split("\0"))) if name and (root / name).is_file()]
