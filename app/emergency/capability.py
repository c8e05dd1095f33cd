"""What emergency mode brings."""

from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.workflow import WORKFLOWS
from app.emergency.rules import WORKFLOW
from app.emergency.settings import EmergencySettings
from app.messages.rules import TEMPLATES, Template

STEPS = {
    "emergency_on": StepWords(Words("应急限时", "faster limit of an emergency")),
    "emergency_off": StepWords(Words("应急限时解除", "faster limit of an emergency lifted")),
}
MESSAGES = {
    "emergency_limit": Template(Words("应急限时办理", "Faster limits of an emergency"), Words(
        "应急状态：编号{number}须在{hours}小时内开始办理。",
        "Emergency mode: handling of case {number} is to begin within {hours} hours.")),
    "emergency_duty": Template(Words("应急值班", "You are on duty"), Words(
        "您已列入区域{area}的应急值班表，请查看班次。",
        "You are on the duty rota of the emergency in area {area}; see when.")),
}  # fmt: skip


def register() -> None:
    """Put them where they are used."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})
    TEMPLATES.add(MESSAGES)
    STEP_WORDS.add(STEPS)


TAGS = {"emergency": "Emergency mode: faster limits for units, a duty rota, a joint board, for an area and a time."}
EMERGENCY = Capability(
    "emergency", tags=TAGS, settings=EmergencySettings, register=register, append_only=("emergency_log",),
    writes=changes("emergency") | {"emergency_shift": "insert, delete"},
)  # fmt: skip
