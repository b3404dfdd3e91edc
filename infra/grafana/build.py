"""Writes the dashboards as Grafana reads them: `python -m infra.grafana.build`, with `--check` only compares.

Always holds: the files under `dashboards/` are exactly what this makes of the boards in this folder.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from infra.grafana.boards import Board, Panel
from infra.grafana.bus import BUS
from infra.grafana.business import AGENCIES, BUSINESS
from infra.grafana.overview import OVERVIEW

FOLDER: Final = Path(__file__).resolve().parent / "dashboards"
BOARDS: Final = (OVERVIEW, BUS, BUSINESS, AGENCIES)
_DATASOURCE: Final = {"type": "prometheus", "uid": "prometheus"}
_WIDTH: Final = 24
_HEIGHT: Final = 8


def rendered(board: Board) -> str:
    """A dashboard's JSON, one thing a line, so that a change can be read."""
    panels = list(_panels(board))
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    whole = {
        "uid": board.uid,
        "title": board.title,
        "tags": ["tongxin"],
        "timezone": "Asia/Shanghai",
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "schemaVersion": 39,
        "version": 1,
        "links": [{"type": "dashboards", "tags": ["tongxin"], "title": "同心", "asDropdown": False}],
        "annotations": {"list": [_alerts()]},
        "panels": panels,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _alerts() -> dict[str, Any]:
    """Firing alerts drawn into every picture."""
    return {
        "name": "告警",
        "datasource": _DATASOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": 'ALERTS{alertstate="firing"}',
        "titleFormat": "{{alertname}}",
        "step": "60s",
    }


def _panels(board: Board) -> Iterator[dict[str, Any]]:
    top = 0
    for heading, panels in board.rows:
        yield {
            "type": "row",
            "title": heading,
            "collapsed": False,
            "gridPos": {"h": 1, "w": _WIDTH, "x": 0, "y": top},
            "panels": [],
        }
        top += 1
        left = 0
        for panel in panels:
            if left + panel.width > _WIDTH:
                left, top = 0, top + _HEIGHT
            yield _panel(panel, left, top)
            left += panel.width
        top += _HEIGHT


def _panel(panel: Panel, left: int, top: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": panel.draw,
        "title": panel.title,
        "gridPos": {"h": _HEIGHT, "w": panel.width, "x": left, "y": top},
        "datasource": _DATASOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [_target(place, *query, panel) for place, query in enumerate(panel.queries)],
    }
    if panel.says:
        made["description"] = panel.says
    return made


def _target(place: int, query: str, legend: str, panel: Panel) -> dict[str, Any]:
    is_table = panel.draw == "table"
    return {
        "refId": chr(ord("A") + place),
        "datasource": _DATASOURCE,
        "expr": query,
        "legendFormat": legend,
        "instant": is_table,
        "format": "table" if is_table else "time_series",
    }


def main(arguments: list[str]) -> int:
    """Write or compare; 1 when a file is not what it should be."""
    stale = []
    for board in BOARDS:
        path = FOLDER / f"{board.uid}.json"
        text = rendered(board)
        if "--check" not in arguments:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(path.name)
    for name in stale:
        sys.stderr.write(f"{name} is not what infra/grafana says: run `python -m infra.grafana.build`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
