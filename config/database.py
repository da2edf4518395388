"""The way to the database under one of the product's logins. Only the mains ask for it."""

from sqlalchemy import Engine, make_url

from config import keys
from config.settings import Settings
from domain.database import check_rights, connect
from migrations.logins import APPLICATION


def engine(settings: Settings, login: str, *, pool: int) -> Engine:
    """An engine of a login such as `kontor_app`; refuses one that sees every tenant."""
    url = make_url(settings.database_url).set(
        username=login, password=keys.login_password(settings)
    )
    address = url.render_as_string(hide_password=False)
    made = connect(address, pool_size=pool, keeps_plans=login == APPLICATION)
    check_rights(made)
    return made
