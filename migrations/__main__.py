"""`python -m migrations`: brings the database of the settings to the newest revision."""

from config.keys import login_password
from config.settings import Settings
from migrations.schema import upgrade

if __name__ == "__main__":
    settings = Settings()
    upgrade(settings.database_url, login_password(settings))
