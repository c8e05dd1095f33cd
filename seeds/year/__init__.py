"""The demo city's year: lives are lived once by the product's own actions, and copied twenty thousand times.

`load_year` makes it, `check` says what is not as it should be, `city_hash` tells one city from another.
"""

from seeds.year.checks import check
from seeds.year.fingerprint import city_hash
from seeds.year.loading import load_year
from seeds.year.plan import REPORTS

__all__ = ["REPORTS", "check", "city_hash", "load_year"]
