"""The demo city's year: twenty thousand matters filed at the door, and what became of each.

`load_history` files and lives them, `check` says what is not as it should be, `city_hash` tells one city from another.
"""

from seeds.history.checks import check
from seeds.history.fingerprint import city_hash
from seeds.history.loading import load_history

__all__ = ["check", "city_hash", "load_history"]
