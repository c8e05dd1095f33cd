"""What proxy brings."""

from app.core.capability import Capability
from app.proxy.settings import ProxySettings

PROXY = Capability("proxy", settings=ProxySettings)
