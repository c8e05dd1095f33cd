"""Bodies made to cost much, and what answering one cost."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

# Processor seconds that a body may cost: the attacks took from 1 to 43. A slow machine is measured by a usual body.
MOST_SECONDS, TIMES_A_USUAL_ONE = 0.25, 20


def cost(send: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of this process, in which the application runs too, and the reply."""
    began = time.process_time()
    reply = send()
    return time.process_time() - began, reply


def least_cost(send: Callable[[], Any], most: float) -> tuple[float, Any]:
    """The same; what takes more than `most` is tried twice more, as the collector of garbage may have come in between, which
    comes once and not thrice."""
    used, reply = cost(send)
    return min([used, *(cost(send)[0] for _ in range(2))]) if used > most else used, reply


def spent(send: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds on the clock of the wall, as others have it, and the reply."""
    began = time.perf_counter()
    reply = send()
    return time.perf_counter() - began, reply


def most_seconds(person: Any) -> float:
    """What any body may cost here and now."""
    usual = [cost(lambda: person.post("/v1/query", {"number": "no"}))[0] for _ in range(5)]
    return max(MOST_SECONDS, TIMES_A_USUAL_ONE * min(usual))


def names(many: int, *more: str) -> bytes:
    """An object of so many names that nothing knows."""
    return ("{" + ",".join([*(f'"k{n}":0' for n in range(many)), *more]) + "}").encode()


def hostile(seed: int, example: Any) -> bytes:
    """A body of one of many kinds, from a body that is right."""
    chance = random.Random(seed)
    size = chance.choice((100, 4_000, 16_000, 100_000, 1_000_000))
    plain = json.dumps(example, ensure_ascii=False)
    parts: dict[str, Callable[[], bytes]] = {
        "names": lambda: names(size // 10),
        "a name twice": lambda: names(size // 10, '"k0":1'),
        "long names twice": lambda: b'{"' + b"k" * (size // 2) + b'":1,"' + b"k" * (size // 2) + b'":1}',
        "objects": lambda: b"[" + b",".join([b'{"a":1,"a":2}'] * (size // 14)) + b"]",
        "lists in lists": lambda: b"[" * (size // 2) + b"]" * (size // 2),
        "objects in objects": lambda: b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6),
        "a long list": lambda: b"[" + b"0," * (size // 2) + b"0]",
        "digits": lambda: b"-" + b"9" * size,
        "digits behind a point": lambda: b"0." + b"1" * size,
        "an exponent": lambda: b"1e" + b"9" * size,
        "many long numbers": lambda: b"[" + b",".join([b"9" * 500] * (size // 500 + 1)) + b"]",
        "escapes": lambda: b'"' + b"\\u4e00" * (size // 6) + b'"',
        "halves of signs": lambda: b'"' + b"\\ud83d" * (size // 6) + b'"',
        "signs outside of the plane": lambda: ('"' + "😀" * (size // 4) + '"').encode(),
        "blanks": lambda: b" " * size + b"{}",
        "nothing but quotes": lambda: b'"' * size,
        "backslashes": lambda: b'"' + b"\\\\" * (size // 2) + b'"',
        "bytes": lambda: chance.randbytes(size),
        "another encoding": lambda: plain.encode("utf-16"),
        "a mark of order": lambda: b"\xef\xbb\xbf" + plain.encode(),
        "half of it": lambda: plain.encode()[: chance.randrange(len(plain))],
    }
    made = parts[chance.choice(sorted(parts))]()
    wraps = (b"%s", b"[%s]", b'{"items":[%s]}', b'{"reason":%s}', b'{"number":%s,"code":%s}')
    wrap: bytes = chance.choice((*wraps, *(b'{"' + name.encode() + b'":%s}' for name in example)))
    return wrap.replace(b"%s", made)
