"""Which built file stands for which name: templates say `app.css`, the browser gets `app-1A2B3C4D.css`.

Always holds: a name that was not built is an error where it is asked for, never a broken link on a page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

DIST: Final = Path(__file__).resolve().parent / "dist"
"""The folder that `/assets/` serves; its files have their content's hash in the name and never change."""
MANIFEST: Final = DIST / "manifest.json"


class NotBuilt(Exception):
    """The assets were not built, or not with the file or icon that is asked for."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the build made."""

    files: Mapping[str, str]
    """Built file names by the name that templates use."""
    icons: frozenset[str]
    """Ids of the symbols in the sprite."""

    @classmethod
    def load(cls, path: Path = MANIFEST) -> Self:
        """Read what the build wrote; raises NotBuilt when there is nothing."""
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise NotBuilt(
                "前端资源尚未构建，请运行 `python -m services.portal.assets.build` (assets are not built yet)"
            ) from missing
        return cls(files=read["files"], icons=frozenset(read["icons"]))

    def url(self, name: str) -> str:
        """Where the browser finds a file."""
        if name not in self.files:
            raise NotBuilt(f"dist/ has no {name}")
        return f"/assets/{self.files[name]}"

    def icon(self, name: str) -> str:
        """Where the browser finds an icon; `icons.txt` lists what there is."""
        if name not in self.icons:
            raise NotBuilt(f"icons.txt does not list {name}")
        return f"{self.url('icons.svg')}#{name}"
