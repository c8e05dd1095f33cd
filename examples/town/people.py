"""Units, people and logins of the sample town; the passwords are printed once.

    GRIDCASE_CITY=town python examples/town/people.py

The actions are those that make the demo city (seeds/load.py). Run again, it brings everything up to date and sets new passwords.
"""

import asyncio
import secrets
import uuid

from app.core.database import connect
from app.core.settings import settings
from app.routing.actions import recompile
from app.staff.actions import PostRow, StaffRow, load_staff, make_key, set_account
from app.staff.queries import hash_password
from app.units.actions import load
from app.units.schemas import UnitOut

CITY = "town"  # code of the city's own area; C, I and X before it: its centre, intake desk and discipline desk
DEPARTMENT = UnitOut("D_housing", "department", "housing", "city", CITY, f"C{CITY}", "住建局", "Housing")
# login → name, unit, role
PEOPLE = {
    "window": ("王红", f"C{CITY}", "window_clerk"),
    "centre": ("李明", f"C{CITY}", "coordinator"),
    "housing": ("张强", "D_housing", "handler"),
    "discipline": ("赵洁", f"X{CITY}", "discipline_officer"),
}


async def main() -> None:
    """Load them all in one transaction, the routes with them."""
    conn = await connect(settings().city, "owner")
    try:
        async with conn.transaction():
            await load(conn, [DEPARTMENT])
            people = {login: StaffRow(uuid.uuid5(uuid.NAMESPACE_DNS, login), name, unit)
                      for login, (name, unit, _) in PEOPLE.items()}  # fmt: skip
            posts = [PostRow(f"{unit}.{role}.1", role, unit, CITY, people[login].id)
                     for login, (_, unit, role) in PEOPLE.items()]  # fmt: skip
            await load_staff(conn, list(people.values()), posts)
            await recompile(conn)
            for login, person in people.items():
                password = secrets.token_urlsafe(12)
                await set_account(conn, login, person.id, hash_password(password))
                print(login, password)
            key = await make_key(
                conn, name="hotline", unit=f"I{CITY}", area=CITY, scopes=["case:register", "case:read"],
                source_system="hotline", key_id="hotline",
            )  # fmt: skip
            print("key", key)
    finally:
        await conn.close()


if __name__ == "__main__":
    asyncio.run(main())
