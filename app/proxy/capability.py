"""What proxy brings."""

from app.attachments.queries import RELIANCES, Reliance
from app.core.capability import Capability
from app.core.errors import Words
from app.proxy.settings import ProxySettings

# Which files of its case what rests on.
RELIED_ON = {
    "proxy_paper": Reliance(
        Words("代办授权或办理凭证", "a proxy's authority or errand"),
        "select p.attachment from proxy_paper p where p.case_id = a.case_id and p.attachment = a.id",
    ),
}


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)


PROXY = Capability("proxy", settings=ProxySettings, register=register)
