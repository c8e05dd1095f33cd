"""Nobody closes a case's evidence by filling it: who leads or registered it always has room for theirs."""

from collections.abc import Callable
from typing import Any

import pytest

from app.attachments.rules.steps import MOST_OF_ANOTHER, MOST_OF_ANOTHER_UNIT, MOST_OF_OTHERS
from tests.cast import Cast, Lives
from tests.support import files
from tests.support.refusals import refused

pytestmark = pytest.mark.meddles  # two hundred uploads are two hundred processes
Ask = Callable[..., list[Any]]
OTHER, COLLEAGUE, ANOTHER = "deng.county", "hu.supervisor", "wang.grid"  # with a part in it, neither lead nor registrar
_FILL = """
    insert into attachment (id, case_id, purpose, note, media_type, size, removed, digest, received_digest, salt, file,
        seal_key, added_by, added_at)
    select gen_random_uuid(), case_id, purpose, note, media_type, size, removed, digest, received_digest, salt,
        gen_random_uuid()::text, seal_key, $3, added_at
    from attachment, generate_series(1, $2) where id = $1::uuid
"""


def who(cast: Cast, login: str) -> str:
    return f"staff:{cast(login).get('/v1/me').json()['id']}"


def test_who_does_not_answer_for_it_fills_a_share_and_no_more(cast: Cast, lives: Lives, sql: Ask) -> None:
    case, deng = lives.handling(kind="request", category="heating.outage")["id"], cast(OTHER)
    made = deng.attached(case, files.png())["id"]
    sql(_FILL, made, MOST_OF_ANOTHER - 1, who(cast, OTHER))
    refused(deng.attach(case, files.png(), **{"Accept-Language": "en"}), "let the lead unit add it", status=409)
    assert deng.post(f"/v1/attachments/{made}/actions/withdraw", {"reason": "误传"}, version=1).status_code == 200
    refused(deng.attach(case, files.png()), status=409)
    cast(ANOTHER).attached(case, files.png())
    cast("chen.housing").attached(case, files.png())


def test_whatever_all_others_add_there_is_room_for_lead_and_registrar(cast: Cast, lives: Lives, sql: Ask) -> None:
    case, deng = lives.handling(kind="request", category="heating.outage")["id"], cast(OTHER)
    made = deng.attached(case, files.png())["id"]
    sql(_FILL, made, MOST_OF_ANOTHER_UNIT - 1, who(cast, COLLEAGUE))
    refused(deng.attach(case, files.png()), status=409)
    sql(_FILL, made, MOST_OF_OTHERS - MOST_OF_ANOTHER_UNIT, who(cast, "zhou.mediator"))
    refused(cast(ANOTHER).attach(case, files.png()), status=409)
    for near in ("chen.housing", "li.window"):
        cast(near).attached(case, files.png())
    sql(_FILL, made, MOST_OF_OTHERS - 2, who(cast, "chen.housing"))
    refused(cast("chen.housing").attach(case, files.png(), **{"Accept-Language": "en"}), "A case takes 200", status=409)
    gone = deng.post(f"/v1/attachments/{made}/actions/withdraw", {"reason": "误传"}, version=1)
    assert gone.status_code == 200
    cast("chen.housing").attached(case, files.png())
