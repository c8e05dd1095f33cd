"""Being logged in without a password: for the cast by their accounts, for other seats by one that is made."""

from uuid import UUID

from app.core.database import Connection
from app.core.rows import fetch_one
from app.core.tokens import Account
from app.staff.actions import set_account

CAN_BE_NO_HASH = "none"  # nobody logs in with it


async def account_of(conn: Connection, staff: UUID) -> Account:
    """The account of a member of staff; one is made where there is none."""
    statement = "select login, staff, version from account where staff = $1 order by login limit 1"
    found = await fetch_one(conn, Account, statement, staff)
    return found or await set_account(conn, f"test {staff}", staff, CAN_BE_NO_HASH)
