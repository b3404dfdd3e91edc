"""Process templates: those that come with the system, and what a committee adopted.

The files hold data only; `rules/template.py` checks them like any template that a page hands in.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.database import Transaction
from chassis.ids import derived_id
from chassis.work import Work
from services.consultation import tables
from services.consultation.rules.template import load_template
from tongxin_contracts.consultation.templates import Template

BUNDLED: Final = ("four_orders", "one_key", "open_talk", "seven_steps")
"""Names of the files, without their ending; each is its template's code."""
SOURCES: Final = {
    "four_orders": "明光市政协微协商“四单闭环”制度",
    "one_key": "十里铺乡“一键履职”",
    "open_talk": "亳州市《基层民主恳谈工作流程（试行）》",
    "seven_steps": "《琅琊区政协基层协商规则（试行）》",
}
"""The practice each one follows."""


@cache
def bundled_template_data(name: str) -> Mapping[str, Any]:
    """A template as its file has it; raises KeyError for a name that is not bundled."""
    if name not in BUNDLED:
        raise KeyError(name)
    text = (files(__package__) / "rules" / "templates" / f"{name}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def bundled_template(name: str) -> Template:
    """The template, checked."""
    return load_template(bundled_template_data(name))


def template_id(committee: str, code: str) -> UUID:
    """A committee's template of this code."""
    return derived_id("template", committee, code)


async def edition(work: Work, id_: UUID, number: int) -> Template:
    """What a template says in one edition; it was checked when it was adopted."""
    return await edition_in(work.tx, id_, number)


async def edition_in(tx: Transaction, id_: UUID, number: int) -> Template:
    """The same where nobody works: a process is told as it stands."""
    table = tables.template_edition
    data = await tx.sql.scalar(
        select(table.c.data).where(table.c.template_id == id_, table.c.edition == number)
    )
    return Template.model_validate(data)
