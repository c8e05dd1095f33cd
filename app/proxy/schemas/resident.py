"""What a resident sends beside number and query code."""

import uuid

from app.cases.schemas import QueryIn
from app.core.bodies import example
from app.core.texts import LongText
from app.proxy.schemas.staff import POWERS_EXAMPLE, UNTIL_EXAMPLE, PowersIn

_HELD = {"number": "260000001U", "code": "GZC5VWNPZV"}


class AskForProxyIn(QueryIn):
    """Number and code, and what should be carried."""

    model_config = example(**_HELD, wish="行动不便，请代办员代为递交材料。")

    wish: LongText | None = None


class AuthoriseByCodeIn(QueryIn, PowersIn):
    """Number and code, and what the one who was offered may do."""

    model_config = example(**_HELD, matter="代办供暖诉求", powers=POWERS_EXAMPLE, valid_until=UNTIL_EXAMPLE)


class DeclineByCodeIn(QueryIn):
    """Not the one who was offered; `another` may be."""

    model_config = example(**_HELD, words="希望由社区工作人员代办", another=True)

    words: LongText | None = None
    another: bool = True


class RevokeByCodeIn(QueryIn):
    """The authority is withdrawn, at once."""

    model_config = example(**_HELD, words="今后自行办理")

    words: LongText | None = None


class ProofByCodeIn(QueryIn):
    """One file among what the proxy did."""

    model_config = example(**_HELD, attachment="01a206cf-ffd4-701d-98b1-6b2166fde918")

    attachment: uuid.UUID
