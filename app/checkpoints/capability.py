"""What checkpoints bring: their settings, and the message to auditors when the record does not hold."""

from app.checkpoints.settings import CheckpointSettings
from app.core.capability import Capability
from app.core.errors import Words
from app.core.roles import LoginRole
from app.messages.rules import TEMPLATES, Template

MESSAGES = {
    "record_broken": Template(Words("案件记录被改动", "The record was changed"), Words(
        "核验发现{found}处与签名不符（至第{through}号签名点），请运行 gridcase verify 查看。",
        "{found} places do not hold what was signed (up to checkpoint {through}); run gridcase verify.")),
}  # fmt: skip


def register() -> None:
    """Put them where they are used."""
    TEMPLATES.add(MESSAGES)


CHECKPOINTS = Capability(
    "checkpoints", settings=CheckpointSettings, register=register, append_only=("act", "checkpoint", "verification"),
    writes={"trace": "delete"}, written_by=LoginRole.RUNNER,
)  # fmt: skip
