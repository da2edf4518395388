"""The auditor: an outsider's check that nothing was lost, done twice, or changed afterwards.

It reads the database through its own SQL, the bank's own log and Temporal's list of workflows, and
imports nothing of the product. `python -m sandbox.auditor --help` says how to run it.
"""

from sandbox.auditor.auditing import CHECKS, audit
from sandbox.auditor.seen import Asked, Places, Row, Seen

__all__ = ["CHECKS", "Asked", "Places", "Row", "Seen", "audit"]
