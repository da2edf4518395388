"""The logins of the product: an owner that nobody logs in as, and three that may do little."""

from sqlalchemy import Connection, text

OWNER = "kontor_owner"
APPLICATION = "kontor_app"
READER = "kontor_reader"
EDGE = "kontor_edge"
LOGINS = (APPLICATION, READER, EDGE)


def ensure(connection: Connection, password: str) -> None:
    """Make the roles or set their password anew. Needs a login that may create roles."""
    connection.execute(text("SELECT pg_advisory_lock(hashtext('kontor logins'))"))
    known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    if OWNER not in known:
        connection.exec_driver_sql(f"CREATE ROLE {OWNER} NOLOGIN")
        connection.exec_driver_sql(f"GRANT {OWNER} TO CURRENT_USER")
    for login in LOGINS:
        verb = "ALTER" if login in known else "CREATE"
        quoted = password.replace("'", "''")
        connection.exec_driver_sql(
            f"{verb} ROLE {login} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS "
            f"PASSWORD '{quoted}'"
        )
    connection.exec_driver_sql(f"ALTER ROLE {READER} SET default_transaction_read_only = on")
    connection.execute(text("SELECT pg_advisory_unlock(hashtext('kontor logins'))"))
