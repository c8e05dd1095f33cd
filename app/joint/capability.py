"""What joint brings."""

from app.core.capability import Capability
from app.joint.settings import TaskSettings

JOINT = Capability("joint", settings=TaskSettings)
