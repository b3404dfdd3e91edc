"""The table of contents of the command line; each command is a file in `commands/`."""

from collections.abc import Callable

import typer

from tongxin.commands import (
    account,
    agency,
    backup,
    collector,
    demo,
    doctor,
    keys,
    lag,
    letters,
    mails,
    migrate,
    provision,
    reconcile,
    replay,
    secrets,
    service,
    stop,
    up,
)

app = typer.Typer(
    name="tongxin",
    help="同心：政协履职平台的启动、维护与检查。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold passwords
)

COMMANDS: dict[str, Callable[..., None]] = {
    "up": up.up,
    "stop": stop.stop,
    "service": service.service,
    "secrets": secrets.secrets,
    "provision": provision.provision,
    "migrate": migrate.migrate,
    "demo": demo.demo,
    "doctor": doctor.doctor,
    "lag": lag.lag,
    "collector": collector.collector,
    "replay": replay.replay,
    "backup": backup.backup,
    "restore": backup.restore,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(account.app, name="account")
app.add_typer(agency.app, name="agency")
app.add_typer(letters.app, name="letters")
app.add_typer(mails.app, name="mails")
app.add_typer(keys.app, name="keys")
app.add_typer(reconcile.app, name="reconcile")
