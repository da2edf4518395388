"""The kinds of master, what is known of each, and what may be asked for. No rules, no writing."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Table

from domain.access.tables import parties
from domain.masters.tables import branches, products
from domain.refusal import Refusal

BANK = ("bank_account", "bank_ifsc")


class Wish(StrEnum):
    """What is asked for of a master. Its bank account is changed by itself, as more must agree."""

    ADD = "add"
    CHANGE = "change"
    CHANGE_BANK = "change_bank"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"


@dataclass(frozen=True, slots=True)
class Kind:
    """`compulsory` and `optional` describe a master; `bank` says where it is paid."""

    name: str
    table: Table
    compulsory: tuple[str, ...]
    optional: tuple[str, ...] = ()
    bank: tuple[str, ...] = ()

    @property
    def is_party(self) -> bool:
        """Whether documents name it as the one they deal with."""
        return self.table is parties

    @property
    def described_by(self) -> tuple[str, ...]:
        """What a change may say anew."""
        return (*self.compulsory, *self.optional)

    @property
    def known(self) -> tuple[str, ...]:
        """Everything that is known of a master beside its code and whether it is active."""
        return (*self.described_by, *self.bank)

    def takes(self, wish: Wish) -> tuple[str, ...]:
        """What may be said with a wish."""
        match wish:
            case Wish.ADD:
                return self.known
            case Wish.CHANGE:
                return self.described_by
            case Wish.CHANGE_BANK:
                return self.bank
            case _:
                return ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("customer", parties, ("name",), ("gstin", "pan")),
        Kind("vendor", parties, ("name",), ("gstin", "pan"), BANK),
        Kind("employee", parties, ("name",), ("pan",), BANK),
        Kind("product", products, ("name", "nature", "unit"), ("hsn",)),
        Kind("branch", branches, ("name",), ("gstin",)),
    )
}


def kind_named(name: str) -> Kind:
    """The kind of this name. Refuses what is none: `master_kind_must_exist`."""
    if name not in KINDS:
        raise Refusal(
            "master_kind_must_exist",
            f"There are no masters called {name!r}. Use one of: {', '.join(KINDS)}.",
        )
    return KINDS[name]
