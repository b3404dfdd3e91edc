"""The first administrator of a committee, made from the command line; everybody else is made by them."""

import pytest
from typer.testing import CliRunner

from chassis.ids import new_id
from infra.local.stack import Stack
from services.portal.accounts import passwords
from tests.portal_at_work import portal_database
from tongxin.commands.account import first_admin
from tongxin.main import app

COMMITTEE = "340900"


async def test_an_administrator_gets_a_password_to_be_changed_at_once(stack: Stack) -> None:
    login = f"first-{new_id().hex[-8:]}"
    password = await first_admin(stack, login, COMMITTEE, "安言")
    async with portal_database(stack) as tx:
        row = await tx.raw.fetchrow("select * from account where login = $1", login)
        roles = await tx.raw.fetchval("select roles from membership where account_id = $1", row["id"])
    assert row["must_change"]
    assert roles == ["admin"]
    assert password is not None
    assert await passwords.matches(row["password_hash"], password)
    assert await first_admin(stack, login, COMMITTEE, "安言") is None, "a login belongs to one person"


@pytest.mark.parametrize(
    "arguments",
    [["Admin", "--committee", COMMITTEE], ["city-admin", "--committee", "3409"]],
)
def test_what_cannot_be_a_login_or_a_committee_is_refused(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, ["account", "admin", *arguments, "--name", "安言"])
    assert done.exit_code == 2
