"""Writes calendar/china.csv from chinesecalendar: ``python -m seeds.reference.write_china_calendar``.

Only days that differ from a Monday-to-Friday week are written. When the notice for a new year is out: raise the version
of chinesecalendar, run this again, add the year with its source to calendar/china.yaml, and read the difference.
The package was compared with an independent one (holidays 0.109) for 2004 to 2026; they differ on one day, where the
notice decides (CORRECTIONS).
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar

from seeds.reference.load import CALENDARS, CalendarDay, read_calendar_years

# The notice for 2006 (22 December 2005) has Saturday 31 December 2005 worked; chinesecalendar 1.11.0 leaves it out.
CORRECTIONS = {date(2005, 12, 31): CalendarDay(date(2005, 12, 31), is_workday=True, name="元旦")}


def days_off_the_week(year: int) -> Iterator[CalendarDay]:
    """The weekdays off and the weekend days worked of one year, with the holiday they belong to."""
    day = date(year, 1, 1)
    while day.year == year:
        is_workday = chinese_calendar.is_workday(day)
        if day in CORRECTIONS:
            yield CORRECTIONS[day]
        elif is_workday != (day.weekday() < 5):
            holiday = (chinese_calendar.workdays if is_workday else chinese_calendar.holidays)[day]
            yield CalendarDay(day, is_workday, chinese_calendar.Holiday(holiday).chinese)
        day += timedelta(days=1)


def write() -> int:
    """Writes the file for the years of china.yaml and gives the number of days written."""
    days = [day for year in sorted(y.year for y in read_calendar_years("china")) for day in days_off_the_week(year)]
    with (CALENDARS / "china.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["date", "is_workday", "name"])
        rows.writerows((day.day.isoformat(), str(day.is_workday).lower(), day.name) for day in days)
    return len(days)


if __name__ == "__main__":
    write()
