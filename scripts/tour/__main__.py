"""`make tour`: a petition up to its review, two disputes and a request through their whole life, as a person would read it.

    python -m scripts.tour [--url http://127.0.0.1:8000]

Speaks to the demo city that `make run` serves, as its permanent cast, whose passwords are made from the key in the same
data folder (GRIDCASE_HOME). The exit status is 1 as soon as the service answers anything but what is right.
"""

from __future__ import annotations

import argparse
import json
import sys
from http import HTTPStatus
from pathlib import Path

import httpx
import yaml

from scripts.tour.case import Acts, Body, Case
from scripts.tour.speaking import Tour, Unexpected, say

STORIES = Path(__file__).with_name("stories.yaml")


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.tour", description="Walk cases through their life.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the service answers")
    tour = Tour(parser.parse_args().url)
    try:
        tour.arrive()
        for story in yaml.safe_load(STORIES.read_text(encoding="utf-8")):
            _tell(tour, **story)
    except httpx.TransportError as error:
        print(f"gridcase: nobody answers on {tour.client.base_url} ({error}).", file=sys.stderr)
        print("          Start the demo city in another terminal:  make run", file=sys.stderr)
        return 1
    except Unexpected as wrong:
        print(f"\ngridcase: not as it should be: {wrong} → {wrong.reply.status_code}", file=sys.stderr)
        print(_readable(wrong.reply), file=sys.stderr)
        if wrong.reply.status_code == HTTPStatus.UNAUTHORIZED:
            print("Is it the same data folder (GRIDCASE_HOME) that `make run` uses?", file=sys.stderr)
        return 1
    except LookupError as wrong:
        print(f"\ngridcase: not as it should be: {wrong}", file=sys.stderr)
        return 1
    say("\n[bold green]均已办结 all are closed[/bold green]")
    return 0


def _tell(tour: Tour, opening: str, by: str, body: Body, acts: Acts) -> None:
    say("\n" + opening.format_map(tour.known))
    Case(tour, by, body).walk(acts)


def _readable(reply: httpx.Response) -> str:
    try:
        return json.dumps(reply.json(), ensure_ascii=False, indent=2)
    except ValueError:
        return reply.text[:2000]


if __name__ == "__main__":
    sys.exit(main())
