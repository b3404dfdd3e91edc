"""What each service's roles and database look like, as SQL that may run any number of times.

Always holds: no role of ours is a superuser or may bypass row-level security; `owner` makes tables, `app` and
`worker` use them; nobody connects to another service's database; a statement or a lock that hangs is ended.
"""

from dataclasses import dataclass
from typing import Final, Literal

SUPERUSER: Final = "postgres"
RoleKind = Literal["owner", "app", "worker"]
ROLE_KINDS: Final[tuple[RoleKind, ...]] = ("owner", "app", "worker")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of a role, as PostgreSQL intervals; "0" is none."""

    statement: str
    lock: str
    idle_in_transaction: str


TIMEOUTS: Final[dict[RoleKind, Timeouts]] = {
    # A migration may take long, but must not wait long for a lock others queue behind.
    "owner": Timeouts(statement="0", lock="5s", idle_in_transaction="60s"),
    # Somebody waits for the answer.
    "app": Timeouts(statement="10s", lock="3s", idle_in_transaction="15s"),
    # Batches of 500 events; an aborted one is fetched again.
    "worker": Timeouts(statement="30s", lock="5s", idle_in_transaction="60s"),
}


def role_name(service: str, kind: RoleKind) -> str:
    """`members_app` and the like."""
    return f"{service}_{kind}"


def role_names(service: str) -> tuple[str, ...]:
    """The three roles of a service."""
    return tuple(role_name(service, kind) for kind in ROLE_KINDS)


def role_statements(service: str, passwords: dict[str, str]) -> list[str]:
    """Make or mend the service's roles; run on the server's own database as its superuser."""
    statements = []
    for kind in ROLE_KINDS:
        role, limits = role_name(service, kind), TIMEOUTS[kind]
        statements += [
            _if_missing(
                f"SELECT FROM pg_roles WHERE rolname = {_literal(role)}", f"CREATE ROLE {_identifier(role)}"
            ),
            f"ALTER ROLE {_identifier(role)} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
            f"NOBYPASSRLS PASSWORD {_literal(passwords[role])}",
            f"ALTER ROLE {_identifier(role)} SET statement_timeout = {_literal(limits.statement)}",
            f"ALTER ROLE {_identifier(role)} SET lock_timeout = {_literal(limits.lock)}",
            f"ALTER ROLE {_identifier(role)} SET idle_in_transaction_session_timeout = "
            f"{_literal(limits.idle_in_transaction)}",
            f"ALTER ROLE {_identifier(role)} SET timezone = 'UTC'",
        ]
    return statements


def password_statement(role: str, password: str) -> str:
    """Give a role a new password; connections that are open stay."""
    return f"ALTER ROLE {_identifier(role)} WITH PASSWORD {_literal(password)}"


def create_database_statement(service: str) -> str:
    """Make the service's database; cannot run in a transaction, nor when the database is there.

    C.UTF-8, because with locale C trigrams of Chinese are empty, and because its order never changes with the
    operating system's.
    """
    return (
        f"CREATE DATABASE {_identifier(service)} TEMPLATE template0 ENCODING 'UTF8' "
        "LOCALE_PROVIDER libc LOCALE 'C.UTF-8'"
    )


def database_statements(service: str) -> list[str]:
    """Who owns the service's database and who may connect; run on the server's own database."""
    database = _identifier(service)
    roles = ", ".join(_identifier(role) for role in role_names(service))
    return [
        f"ALTER DATABASE {database} OWNER TO {_identifier(role_name(service, 'owner'))}",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {roles}",
    ]


def schema_statements(service: str) -> list[str]:
    """Rights inside the service's database, on what is there and what migrations will make; run inside it."""
    owner = _identifier(role_name(service, "owner"))
    users = ", ".join(_identifier(role_name(service, kind)) for kind in ("app", "worker"))
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    return [
        f"ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {users}",
        f"{defaults} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {users}",
        f"{defaults} GRANT USAGE, SELECT ON SEQUENCES TO {users}",
        f"{defaults} GRANT EXECUTE ON FUNCTIONS TO {users}",
    ]


def _if_missing(query: str, statement: str) -> str:
    return f"DO $do$ BEGIN IF NOT EXISTS ({query}) THEN {statement}; END IF; END $do$"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _identifier(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
