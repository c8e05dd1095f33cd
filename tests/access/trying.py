"""More of the matrix: what is read below a case, what is written on it, and the resident's doors."""

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from tests.access.doors import IDS, Caller, example_of
from tests.access.matrix import WHERE, Matrix, due_status
from tests.access.planting import Plant
from tests.access.sight import may_see
from tests.access.standing import Case, permissions, policy, stands

OF_KIND = {f"{kind}_id": kind for kind in WHERE}
UNKNOWN = {"number": "269999999A", "code": "2222222222"}
# Doors with codes of their own: of a message about a rating or a wish; the telephone in place of a code.
OTHER_CODES = ("/v1/query/rate/revoke", "/v1/query/undo", "/v1/query/code")


def share(caller: Caller, what: str, items: Sequence[Any], most: int) -> Sequence[Any]:
    """At most so many of them, others for each caller and each thing that is tried."""
    if len(items) <= most:
        return items
    step, first = len(items) // most, zlib.crc32(f"{caller.name} {what}".encode())
    return [items[(first + n * step) % len(items)] for n in range(most)]


def named_in(path: str) -> str:
    """The kind of thing whose id the address holds, or nothing."""
    found = re.findall(r"{(\w+)}", path)
    return OF_KIND.get(found[0], "") if len(found) == 1 and found[0] in IDS else ""


def reads(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, kind) of every GET below a case or a thing, but for their pages."""
    for path, item in document["paths"].items():
        if "get" in item and (kind := named_in(path)) and not path.endswith("}"):
            yield path, kind


def writes(document: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """(path, kind, what policy.yaml asks, body) of every POST on a case or a thing, by permission and relation."""
    for path, item in document["paths"].items():
        kind = named_in(path) if "post" in item else ""
        if not kind:
            continue
        body, route = example_of(document, item["post"]), f"POST {path}"
        if "/actions/" in path:
            yield path, kind, policy()["steps"][kind][path.rpartition("/")[2]], body
        elif route in policy()["acts"]:
            yield path, kind, f"{policy()['routes'][route]} {policy()['acts'][route]}", body


def read_below(matrix: Matrix, most: int) -> None:
    """Everybody reads what hangs on cases: there for who sees the case, absent for all others."""
    for path, kind in reads(matrix.document):
        subjects = [(found, case) for k, found, case in matrix.subjects if k == kind]
        for caller in matrix.callers:
            for found, case in share(caller, path, subjects, most):
                due = due_status(caller.who, case)
                if due == 200 and path.endswith((".pdf", "/content")):
                    continue  # those who may are many, and each costs a print
                reply = caller.person.get(path.format(**{f"{kind}_id": found}))
                why = "" if reply.status_code == due else f"{due} is due, {reply.status_code} was answered"
                matrix.check("reads", caller, f"{path} of {found}", why)


def write_on(matrix: Matrix, most: int, every: int = 1) -> None:
    """Everybody takes every step: nobody does what is not theirs, and nothing hidden says more than that it is not there."""
    for path, kind, asked, body in list(writes(matrix.document))[::every]:
        subjects = [(found, case) for k, found, case in matrix.subjects if k == kind]
        if path.endswith("/attachments"):
            body = None
        for caller in matrix.callers:
            theirs: list[tuple[str, Case]] = []
            others: list[tuple[str, Case]] = []
            for found, case in subjects:
                (theirs if _entitled(matrix, caller, kind, found, path, asked) else others).append((found, case))
            for found, case in [*share(caller, path, theirs, 1), *share(caller, path, others, most)]:
                why = write(matrix, caller, path, kind, asked, body, found, case)
                matrix.check("writes", caller, f"{path} on {found}", why)


def _entitled(matrix: Matrix, caller: Caller, kind: str, found: str, path: str, asked: str) -> bool:
    action = path.rpartition("/")[2]
    one = matrix.by_id[found]
    if "/actions/" in path:
        return matrix.entitled(caller.who, kind, found, action)
    permission, relation = asked.split()
    case = one if isinstance(one, Case) else one.case
    return permission in permissions(caller.who) and stands(caller.who, case, action, permission, relation)


def write(
    matrix: Matrix, caller: Caller, path: str, kind: str, asked: str, body: Any, found: str, case: Case
) -> str:  # fmt: skip
    """One caller takes one step; what is wrong."""
    entitled = _entitled(matrix, caller, kind, found, path, asked)
    if entitled and path.endswith("/attachments"):
        return ""  # it would be kept; that it is taken, other tests show
    url = path.format(**{f"{kind}_id": found})
    reply = caller.person.post(url, body, version=matrix.world.versions.get(found, 1))
    needs = reply.json().get("needs") if reply.status_code == 403 else None
    if caller.who.kind == "nobody":
        return "" if reply.status_code == 401 else f"nobody is answered {reply.status_code}"
    permission = asked.split()[0]
    if permission not in permissions(caller.who):
        return "" if needs == permission else f"wants {permission}, answers {reply.status_code} {needs or ''}"
    if not may_see(caller.who, case.ledger):
        return "" if reply.status_code == 404 else f"hidden, answers {reply.status_code}"
    if entitled:
        fine = reply.status_code in (200, 201, 404, 409, 412, 422) or (reply.status_code == 403 and needs is None)
        return "" if fine else f"theirs, answers {reply.status_code} {needs or ''}"
    return "" if reply.status_code in (403, 409) else f"not theirs, answers {reply.status_code} {reply.text[:120]}"


def ask_as_resident(matrix: Matrix, plants: Sequence[Plant]) -> None:
    """At every door of theirs: the right code opens, any other is answered as for a number that never was."""
    nobody = next(caller for caller in matrix.callers if caller.who.kind == "nobody")
    for path, item in matrix.document["paths"].items():
        if not path.startswith("/v1/query") or "post" not in item:
            continue
        body = {**(example_of(matrix.document, item["post"]) or {}), **UNKNOWN}
        nothing = _face(nobody, path, body)
        for plant, other in zip(plants, [*plants[1:], plants[0]], strict=True):
            for code in ("2222222222", other.code):
                alike = _face(nobody, path, {**body, "number": plant.number, "code": code}) == nothing
                matrix.check("residents", nobody, f"{path} {plant.name}", "" if alike else "another's code opens")
            if path not in OTHER_CODES:
                opened = _face(nobody, path, {**body, "number": plant.number, "code": plant.code})
                shut = opened[0] in (401, 403) or opened == nothing
                matrix.check("residents", nobody, f"{path} {plant.name}", "the right code is refused" if shut else "")


def _face(caller: Caller, path: str, body: Any) -> tuple[int, Any]:
    reply = caller.person.post(path, body)
    told = reply.json()
    if isinstance(told, dict):
        told.pop("instance", None)
    return reply.status_code, told
