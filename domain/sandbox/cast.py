"""Who and what is in a sandbox tenant: its people, vendors, customers and branches.

Ids are derived from the tenant's, so that any process can name them.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

TENANT = UUID("0190a000-0000-7000-8000-000000000001")
COMPANY_CODE = "KTR"

# Name and roles. In no process does anybody both make and check.
CAST = {
    "asha": ("Asha Rao", ("accounts_payable", "employee", "sales")),
    "bina": ("Bina Iyer", ("finance_approver", "employee", "manager", "owner")),
    "deepa": ("Deepa Menon", ("finance_head", "employee", "hr_head", "sales_head", "owner")),
    "esha": ("Esha Kulkarni", ("treasurer", "operations", "employee", "hr", "admin")),
    "chand": ("Chand Mistry", ("auditor",)),
    "gopal": ("Gopal Nair", ("accounts_receivable",)),
    "hema": ("Hema Joshi", ("accounts_payable", "accounts_receivable", "project_engineer")),
    "nila": ("Nila Das", ("accountant",)),
    "tara": ("Tara Bose", ("storekeeper",)),
    "mohan": ("Mohan Shetty", ("project_engineer",)),
}

# Code, name, GSTIN, account, IFSC. One in the company's state, one in another, one unregistered.
VENDORS = (
    ("V-001", "Brindavan Audit Associates", "29AALCB7315Q1ZX", "50100200300401", "SIMB0000101"),
    ("V-002", "Deccan Software", "27AAMCD9206H1ZF", "50100200300402", "SIMB0000102"),
    ("V-003", "Lakshmi Stationers", None, "50100200300403", "SIMB0000103"),
)  # fmt: skip

# The same of vendors who were deactivated.
FORMER_VENDORS = (
    ("V-009", "Harihar Transport", "29AAECH2264N1Z6", "50100200300409", "SIMB0000109"),
)  # fmt: skip

# Code, name, GSTIN. One in the company's state, one in another, one unregistered, and the company
# itself, as somebody enters it by mistake.
CUSTOMERS = (
    ("C-101", "Mysuru Retail", "29AAACM5731R1ZV"),
    ("C-102", "Salem Traders", "33AAFCS4127K1ZD"),
    ("C-103", "Ananya Hegde", None),
    ("C-104", "Kontor Demo Shop", "29AAKCK4821M1Z0"),
)
FORMER_CUSTOMERS = (("C-109", "Kolhapur Mills", "27AAKFP6652M1ZK"),)

# Code, name, GSTIN: both registered by the company in its one state.
BRANCHES = (
    ("BLR", "Bengaluru", "29AAKCK4821M1Z0"),
    ("HBL", "Hubballi", None),
)


@dataclass(frozen=True, slots=True)
class Tenant:
    """The ids of a sandbox tenant. They follow from its own, so any process can name them."""

    id: UUID = TENANT

    @property
    def company(self) -> UUID:
        """The only company."""
        return self._derived("company", COMPANY_CODE)

    def person(self, name: str) -> UUID:
        """A human of the cast: `asha`."""
        return self._derived("person", name)

    def user(self, name: str) -> UUID:
        """The login of a human of the cast."""
        return self._derived("user", name)

    def party(self, code: str) -> UUID:
        """A vendor: `V-001`, or a customer: `C-101`."""
        return self._derived("party", code)

    def branch(self, code: str) -> UUID:
        """A branch: `BLR`."""
        return self._derived("branch", code)

    def _derived(self, kind: str, name: str) -> UUID:
        return uuid5(self.id, f"{kind}/{name}")
