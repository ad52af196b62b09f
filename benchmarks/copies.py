"""A copy of the tree, in which code may be changed and run while nobody's working directory is touched."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

_KEPT: Final = ".venv"
"""It costs minutes to make, and knows by itself whether it is still right."""


def copy_tree(root: Path, home: Path) -> Path:
    """``home/tree``: the tree as it is in the working directory, without what is ignored. Its ``.venv`` stays."""
    tree = home / "tree"
    for each in tree.iterdir() if tree.exists() else ():
        if each.is_dir() and each.name != _KEPT:
            shutil.rmtree(each)
        elif not each.is_dir():
            each.unlink()
    git = shutil.which("git") or "git"
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, tree / name)
    subprocess.run([git, "init", "-q"], cwd=tree, check=True)  # The tests of words ask git what there is.
    return tree
