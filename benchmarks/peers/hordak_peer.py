"""django-hordak as its documentation drives it: legs in an atomic block, or created in bulk."""

import random
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dj_database_url
import django
from django.conf import settings

from benchmarks.peers.speech import Answer, each_timed, serve, timed

settings.configure(
    DATABASES={"default": {**dj_database_url.parse(sys.argv[1]), "CONN_MAX_AGE": None}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DEFAULT_CURRENCY="INR",
    CURRENCIES=["INR"],
    HORDAK_INTERNAL_CURRENCY="INR",
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from hordak.models import Account, Leg, Transaction  # noqa: E402

ACCOUNTS = 100
DAYS = [date(2025, 4, 1) + timedelta(days) for days in range(365)]
Sale = tuple[date, Any, Any, Decimal]


def lay_out() -> list[Any]:
    """Its tables and a chart of a hundred accounts."""
    call_command("migrate", verbosity=0)
    kinds = (Account.TYPES.asset, Account.TYPES.income)
    return [
        Account.objects.create(name=f"Account {n}", code=f"{n:04}", type=kinds[n % 2])
        for n in range(ACCOUNTS)
    ]


CHART = lay_out()


def sales(count: int) -> list[Sale]:
    """A day, who is debited and who is credited, and how many rupees."""
    found = []
    for _ in range(count):
        debited, credited = random.sample(CHART, 2)
        amount = Decimal(random.randint(1_00, 100_000_00)).scaleb(-2)
        found.append((random.choice(DAYS), debited, credited, amount))
    return found


def single(count: int) -> Answer:
    """One entry after another, each committed."""
    return {"seconds": each_timed(post, sales(count))}


def post(day: date, debited: Any, credited: Any, amount: Decimal) -> None:
    """As documented."""
    with transaction.atomic():
        entry = Transaction.objects.create(date=day, description="Sale of goods")
        Leg.objects.create(transaction=entry, account=debited, debit=amount)
        Leg.objects.create(transaction=entry, account=credited, credit=amount)


def batch(count: int, size: int) -> Answer:
    """So many batches, each in one transaction."""
    return {"seconds": each_timed(post_batch, [(sales(size),) for _ in range(count)])}


def post_batch(batch: list[Sale]) -> None:
    """Its triggers still check that each entry balances."""
    with transaction.atomic():
        entries = Transaction.objects.bulk_create(
            Transaction(date=day, description="Sale of goods") for day, *_ in batch
        )
        Leg.objects.bulk_create(
            leg
            for entry, (_, debited, credited, amount) in zip(entries, batch, strict=True)
            for leg in (
                Leg(transaction=entry, account=debited, debit=amount),
                Leg(transaction=entry, account=credited, credit=amount),
            )
        )


def fill(postings: int) -> Answer:
    """Up to so many postings in all, through the batch."""
    seconds = 0.0
    while (missing := (postings - Leg.objects.count()) // 2) > 0:
        seconds += batch(1, min(1000, missing))["seconds"]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"seconds": seconds}


def trial_balance() -> Answer:
    """Every account with its balance, by its own database function."""
    seconds, lines = timed(lambda: [(a.code, a.balance) for a in Account.objects.with_balances()])
    return {"seconds": seconds, "lines": len(lines)}


def standing() -> Answer:
    """Entries, and that debits and credits are equal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0) FROM hordak_leg")
        debit, credit = cursor.fetchone()
    assert debit == credit, f"Debits {debit}, credits {credit}."
    return {"entries": Transaction.objects.count()}


if __name__ == "__main__":
    serve(single=single, batch=batch, fill=fill, trial_balance=trial_balance, standing=standing)
