"""What was registered is put right: by whom, until when, and the version before stays with who may read it."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from app.cases.actions.codes import answer_requests
from tests.cast import CONCLUSION, Cast, Lives, member, point_in, report
from tests.support.clock import present
from tests.support.files import jpeg
from tests.support.residents import door

HEATING = {"kind": "request", "category": "heating.outage"}
WHY = {"reason": "登记时听错"}
REASON = {"reason": "核对身份"}
OTHER_CELL = "150102001001002"


def correct(cast: Cast, case: str, who: str = "li.window", **what: Any) -> Any:
    return cast(who).act(case, "correct", {**WHY, **what})


def party(cast: Cast, case: str) -> str:
    return str(cast("li.window").get(f"/v1/cases/{case}").json()["parties"][0]["id"])


def corrections(cast: Cast, case: str, who: str = "li.window") -> list[dict[str, Any]]:
    reply = cast(who).get(f"/v1/cases/{case}/corrections")
    assert reply.status_code == 200, reply.text
    return list(reply.json()["items"])


def said(correction: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in correction["before"].items() if value}


def text_of(pdf: Any) -> str:
    assert pdf.status_code == 200, pdf.text
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages).replace("\n", "")


def told(sql: Any, case: str) -> list[str]:
    rows = sql("select template from message where case_id = $1::uuid and channel <> 'in_app' order by id", case)
    return [row["template"] for row in rows]


def test_the_text_is_put_right_and_what_stood_there_stays(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.registered(**HEATING, title="家中停电", description="电话13912345678联系")
    case = got["id"]
    page = correct(cast, case, title="家中停暖", description="暖气不热，电话13912345679").json()
    assert (page["title"], page["description"]) == ("家中停暖", "暖气不热，电话*********79")
    assert [c["fields"] for c in page["corrections"]] == [["title", "description"]]
    (one,) = corrections(cast, case)
    assert said(one) == {"title": "家中停电", "description": "电话*********78联系"}, "numbers found as at registration"
    assert (one["author_name"], one["reason"], one["party"]) == (member("li.window").name, "登记时听错", None)
    clear = cast("li.window").post(f"/v1/cases/{case}/reveal", REASON).json()
    assert clear["text"]["description"] == "暖气不热，电话13912345679"
    assert clear["corrections"][0]["before"]["description"] == "电话13912345678联系"
    assert told(sql, case) == ["progress"]
    steps = door(cast, "", got).json()["steps"]
    assert "标题、内容" in steps[-1]["said"]


def test_the_event_holds_names_of_fields_and_digests_alone(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING, title="家中停电")["id"]
    correct(cast, case, title="家中停暖", party={"id": party(cast, case), "name": "张叁"})
    last = cast("li.window").get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert last["kind"] == "correct"
    assert set(last["data"]) - {"set"} == {
        "fields", "correction", "replaced", "was", "party", "note", "digest", "basis", "case", "seq", "kind", "at", "actor",
    }  # fmt: skip
    for secret in ("停电", "停暖", "张叁", "张三", "听错"):
        assert secret not in str(last["data"])


def test_the_list_and_the_search_know_the_new_words_alone(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING, title="锅炉房爆管无人修理")["id"]
    correct(cast, case, title="换热站漏水淹了地库")

    def found(words: str) -> bool:
        return any(i["id"] == case for i in cast("li.window").walk(f"/v1/cases?q={words}&limit=200"))

    assert found("换热站漏水")
    assert not found("锅炉房爆管")


def test_a_person_is_put_right_and_found_by_the_new_phone(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.registered(**HEATING, parties=[{"role": "petitioner", "name": "张三", "phone": "13911110001"}])
    case, who = got["id"], party(cast, got["id"])
    page = correct(
        cast, case, party={"id": who, "name": "章三", "phone": "13911110002"}, code=got["query_code"]
    ).json()  # fmt: skip
    (shown,) = page["parties"]
    assert (shown["name"], shown["phone"]) == ("章*", "139****0002")
    (one,) = corrections(cast, case)
    assert (said(one), one["party"]) == ({"name": "张*", "phone": "139****0001"}, who), "masked as the page is"
    other = lives.registered(**HEATING, parties=[{"role": "petitioner", "name": "李四", "phone": "13911110002"}])["id"]
    same = cast("li.window").post(f"/v1/cases/{case}/same_phone", {"party": who, **REASON}).json()["items"]
    assert other in [i["id"] for i in same]
    assert told(sql, case) == ["progress", "reach_corrected"], "at the new phone and at the one before"


@pytest.mark.parametrize("what", [{"phone": "13911110009"}, {"email": "a@example.org"}, {"without": ["phone"]}])
def test_how_the_resident_is_reached_is_theirs_to_say(cast: Cast, lives: Lives, what: dict[str, Any]) -> None:
    """Whoever sets the phone could have the query code sent to it."""
    got = lives.registered(**HEATING)
    case = got["id"]
    change = {"id": party(cast, case), **what}
    refused = correct(cast, case, party=change)
    assert refused.status_code == 409, refused.text
    photo = cast("li.window").attached(case, jpeg())["id"]
    for proof in ({"code": "2222222222"}, {"paper": photo}):
        assert correct(cast, case, party=change, **proof).status_code == 422
    paper = cast("li.window").attached(case, jpeg(), "wish")["id"]
    assert correct(cast, case, party=change, paper=paper).status_code == 200
    again = correct(cast, case, party={**change, "name": "赵六", "phone": "13911110010", "without": []}, paper=paper)
    assert again.status_code == 422, "one paper, one wish"


def test_a_phone_that_came_by_paper_gets_no_code_while_the_resident_may_object(
    cast: Cast, lives: Lives, sql: Any
) -> None:
    phones = [f"1391111{n}" for n in ("0003", "0004")]
    got = lives.registered(**HEATING, parties=[{"role": "petitioner", "name": "张三", "phone": phones[0]}])
    case = got["id"]
    paper = cast("li.window").attached(case, jpeg(), "wish")["id"]
    assert correct(cast, case, party={"id": party(cast, case), "phone": phones[1]}, paper=paper).status_code == 200

    def issued(at: datetime) -> int:
        """How many codes were issued, after the runner has answered who asks for one."""
        asked = cast.client.post("/v1/query/code", json={"number": got["number"], "phone": phones[1]})
        assert asked.status_code == 202
        assert cast.client.portal is not None
        app: Any = cast.client.app
        cast.client.portal.call(answer_requests, app.state.database, at)
        return len(sql("select 1 from event where case_id = $1::uuid and kind = 'reissue_code'", case))

    assert issued(present()) == 0
    assert door(cast, "", got).status_code == 200, "the code in their hands works on"
    assert issued(present() + timedelta(hours=73)) == 1


def test_who_may_and_who_may_not(cast: Cast, lives: Lives) -> None:
    case = lives.signed(kind="petition")["id"]
    for who, status in (
        ("chen.housing", 200), ("li.window", 200), ("liu.head", 200), ("wang.grid", 404), ("zhou.mediator", 404),
    ):  # fmt: skip
        reply = correct(cast, case, who, title=f"由{who}更正")
        assert reply.status_code == status, (who, reply.text)


def test_to_see_a_request_by_its_area_is_no_leave_to_correct_it(cast: Cast, lives: Lives) -> None:
    case = lives.signed(**HEATING)["id"]
    refused = correct(cast, case, "wang.grid", title="别人的事")
    assert refused.status_code == 403


def test_whom_it_concerns_finds_nothing_to_correct(cast: Cast) -> None:
    case = cast("li.window").register(report("petition", concerns=[{"unit": "D150102_housing"}]))["id"]
    assert correct(cast, case, "chen.housing", title="与我无关").status_code == 404
    assert cast("chen.housing").get(f"/v1/cases/{case}/corrections").status_code == 404


def test_once_there_is_a_result_the_matter_stands_and_people_are_still_put_right(cast: Cast, lives: Lives) -> None:
    got = lives.concluded(**HEATING)
    case, who = got["id"], party(cast, got["id"])
    refused = correct(cast, case, "chen.housing", title="事后改写")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    assert correct(cast, case, "chen.housing", party={"id": who, "name": "章三"}).status_code == 200
    assert door(cast, "correct", got, title="事后改写").status_code == 409
    own = door(cast, "correct", got, party={"name": "章三丰"})
    assert (own.status_code, own.json()["corrected"]) == (200, ["姓名"])


def test_a_held_file_stays_as_it_is(cast: Cast, lives: Lives) -> None:
    got = lives.signed(**HEATING)
    cast("liu.head").does(got["id"], "hold", {"reason": "法院调卷"})
    assert correct(cast, got["id"], title="换个说法").status_code == 409
    assert "correct" not in cast("li.window").get(f"/v1/cases/{got['id']}").json()["available_actions"]
    assert door(cast, "correct", got, title="换个说法").status_code == 409


def test_what_changes_nothing_or_nobody_is_refused(cast: Cast, lives: Lives) -> None:
    got = lives.registered(**HEATING, title="家中停暖")
    case = got["id"]
    assert correct(cast, case, title="家中停暖").status_code == 422
    assert correct(cast, case).status_code == 422
    assert correct(cast, case, party={"id": case, "name": "谁"}).status_code == 422
    assert correct(cast, case, party={"id": party(cast, case)}).status_code == 422
    same = door(cast, "correct", got, title="家中停暖")
    assert (same.status_code, same.json()["corrected"]) == (200, []), "said so already"
    nobody = lives.registered(**HEATING, parties=[{"role": "petitioner", "phone": "13911110005"}])
    gone = correct(
        cast, nobody["id"], party={"id": party(cast, nobody["id"]), "without": ["phone"]}, code=nobody["query_code"]
    )
    assert gone.status_code == 422, "neither name nor phone would be left"


def test_it_is_done_once_and_on_the_version_that_was_read(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING)["id"]
    li, url = cast("li.window"), f"/v1/cases/{case}/actions/correct"
    body, version = {**WHY, "title": "家中停暖三天"}, li.get(f"/v1/cases/{case}").json()["version"]
    first = li.post(url, body, key="correct-once-1", version=version)
    again = li.post(url, body, key="correct-once-1", version=version)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(corrections(cast, case)) == 1
    assert li.post(url, {**WHY, "title": "别的"}, version=version).status_code == 412
    assert li.post(url, {**WHY, "title": "别的"}).status_code == 428


def test_the_place_is_put_right_and_the_matter_goes_where_it_belongs(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.registered(**HEATING)
    case = got["id"]
    before = cast("li.window").get(f"/v1/cases/{case}").json()
    lon, lat = point_in(OTHER_CELL)
    page = correct(cast, case, place={"lon": lon, "lat": lat, "crs": "WGS84"}).json()
    assert page["cell"]["code"] == OTHER_CELL != before["cell"]["code"]
    assert page["worker"] != before["worker"]
    tasks = [a["staff"] for a in page["assignments"] if a["staff"] and a["state"] == "offered"]
    assert tasks == [page["worker"]["id"]], "the task goes to the right worker"
    (one,) = corrections(cast, case)
    assert one["fields"] == ["location"]
    assert said(one)["cell"] == before["cell"]["code"]
    by_hand = correct(cast, case, place={"code": before["cell"]["code"]}).json()
    assert by_hand["location"]["located_by"] == "person"
    assert by_hand["location"]["point"] is None, "the point was wrong"
    assert correct(cast, case, place={"code": "999999"}).status_code == 422
    assert sql("select 1 from case_access where case_id = $1::uuid and part = 'task' and until is null", case)


def test_a_place_in_another_district_is_another_units_and_its_areas_see_it(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING)["id"]
    page = correct(cast, case, place={"code": "150105001"}).json()
    (offer,) = [a for a in page["assignments"] if a["part"] == "lead" and a["state"] == "offered"]
    assert offer["unit"] == "D150105_housing"
    assert page["areas"]["county"] == "150105"
    assert page["lead_unit"] == "C150102001001", "until the competent unit signs for it"
    assert not cast("wang.grid").sees(case)


def test_after_acceptance_a_place_moves_no_responsibility(cast: Cast, lives: Lives) -> None:
    case = lives.accepted(**HEATING)["id"]
    page = correct(cast, case, "chen.housing", place={"code": OTHER_CELL}).json()
    assert page["lead_unit"] == "D150102_housing"
    assert not [a for a in page["assignments"] if a["part"] == "lead" and a["state"] == "offered"]


def test_the_day_of_receipt_is_only_ever_earlier_and_limits_follow(cast: Cast, lives: Lives) -> None:
    case = lives.registered()["id"]
    page = cast("li.window").get(f"/v1/cases/{case}").json()
    received = datetime.fromisoformat(page["received_at"])

    def due(shown: Any) -> dict[str, datetime]:
        live = [c for c in shown["clocks"] if c["stopped_at"] is None]
        return {c["kind"]: datetime.fromisoformat(c["due"]) for c in live}

    for wrong in (received + timedelta(days=1), received, received - timedelta(days=400)):
        assert correct(cast, case, received_at=wrong.isoformat()).status_code == 422
    earlier = (received - timedelta(days=9)).isoformat()
    corrected = correct(cast, case, received_at=earlier).json()
    assert datetime.fromisoformat(corrected["received_at"]) == received - timedelta(days=9)
    assert due(corrected)["acceptance"] < due(page)["acceptance"]
    assert datetime.fromisoformat(said(corrections(cast, case)[0])["received_at"]) == received
    again = cast.seat("C150102001001.window_clerk.1").does(case, "reclassify", {"category": "heating.fees", **WHY})
    assert due(again)["acceptance"] == due(corrected)["acceptance"], "counted from receipt ever after"


def test_the_resident_corrects_their_own_words_and_data_at_once(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.signed(**HEATING, title="家中停电")
    done = door(
        cast, "correct", got, title="家中停暖", address="示范路2号",
        party={"name": "章三", "phone": "13911110006", "address": "示范路2号3单元"},
    )  # fmt: skip
    assert done.status_code == 200, done.text
    assert done.json()["corrected"] == ["标题", "地点", "姓名", "电话", "住址"]
    page = cast("chen.housing").get(f"/v1/cases/{got['id']}").json()
    assert (page["title"], page["location"]["address"]) == ("家中停暖", "示范路2号")
    (one,) = corrections(cast, got["id"], "chen.housing")
    assert (one["author"], said(one)["title"], said(one)["name"]) == ("resident:query_code", "家中停电", "张*")
    rows = sql("select grantee from message where case_id = $1::uuid and template = 'corrected'", got["id"])
    assert [row["grantee"] for row in rows] == ["unit:D150102_housing"]
    assert told(sql, got["id"])[-2:] == ["progress", "reach_corrected"]
    english = door(cast, "correct", got, "en", party={"without": ["address"]})
    assert english.json()["corrected"] == ["address"]


def test_where_several_brought_it_one_code_speaks_for_no_one_of_them(cast: Cast, lives: Lives) -> None:
    both = [{"role": "petitioner", "name": "张三"}, {"role": "petitioner", "name": "李四"}]
    got = lives.registered(**HEATING, parties=both)
    assert door(cast, "correct", got, party={"name": "王五"}).status_code == 409
    assert door(cast, "correct", got, title="我们的事").status_code == 200


def test_an_accusation_is_put_right_by_its_desk_and_stays_sealed(cast: Cast, sql: Any) -> None:
    body = report(
        "petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}], title="某人受贿",
    )  # fmt: skip
    got = cast("li.window").register(body)
    case, xu = got["id"], cast("xu.discipline")
    page = xu.act(case, "correct", {**WHY, "title": "某人索贿", "address": "示范路9号"})
    assert page.status_code == 200, page.text
    assert page.json()["title"] == "某人索贿"
    (row,) = sql("select title, description, address from case_text where case_id = $1::uuid", case)
    assert list(row) == [None, None, None]
    (one,) = corrections(cast, case, "xu.discipline")
    assert said(one)["title"] == "某人受贿"
    for who in ("li.window", "chen.housing"):
        assert cast(who).get(f"/v1/cases/{case}/corrections").status_code == 404
    assert door(cast, "correct", got, title="换个说法").status_code == 409
    assert xu.act(case, "correct", {**WHY, "place": {"code": OTHER_CELL}}).status_code == 409


def test_the_file_shows_what_was_corrected_and_what_had_stood_there(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING, title="家中停电")["id"]
    correct(cast, case, title="家中停暖", party={"id": party(cast, case), "name": "章叁丰"})

    masked = text_of(cast("li.window").get(f"/v1/cases/{case}/file.pdf"))
    assert "家中停电" in masked
    assert "张三" not in masked
    clear = text_of(cast("li.window").post(f"/v1/cases/{case}/file", {"reason": "归档移送"}))
    assert "张三" in clear


def test_a_conclusion_after_a_correction_speaks_to_the_person_by_their_right_name(cast: Cast, lives: Lives) -> None:
    got = lives.handling()
    case = got["id"]
    correct(cast, case, "chen.housing", party={"id": party(cast, case), "name": "章叁丰"})
    cast("chen.housing").does(case, "conclude", CONCLUSION)
    (notice,) = [n for n in cast("chen.housing").get(f"/v1/cases/{case}").json()["notices"] if n["kind"] == "opinion"]
    printed = cast("chen.housing").post(f"/v1/notices/{notice['id']}/print", {"reason": "送达打印"})
    assert "章叁丰" in text_of(printed)
