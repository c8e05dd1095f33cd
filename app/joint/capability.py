"""What joint brings."""

from app.attachments.queries import RELIANCES, Reliance
from app.core.capability import Capability
from app.core.errors import Words
from app.joint.settings import TaskSettings

# Which files of its case what rests on.
RELIED_ON = {
    "task_result": Reliance(
        Words("协办任务的反馈", "the result of a task"),
        "select f.attachment from task t join task_file f on f.task = t.id where t.case_id = a.case_id",
    ),
}


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)


JOINT = Capability("joint", settings=TaskSettings, register=register)
