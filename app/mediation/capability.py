"""What mediation brings."""

from app.attachments.queries import RELIANCES, Reliance
from app.core.capability import Capability
from app.core.errors import Words

# Which files of its case what rests on.
RELIED_ON = {
    "consent": Reliance(
        Words("当事人的同意", "a party's consent"),
        "select s.evidence from mediation m join mediation_consent s on s.mediation = m.id where m.case_id = a.case_id",
    ),
    "signature": Reliance(
        Words("调解协议的签名", "a signature under an agreement"),
        "select s.evidence from mediation_agreement g join mediation_signature s on s.agreement = g.id"
        " where g.case_id = a.case_id",
    ),
    "performance": Reliance(
        Words("履行凭证", "a payment or act under an agreement"),
        "select p.receipt from mediation_agreement g join mediation_obligation o on o.agreement = g.id"
        " join mediation_performance p on p.obligation = o.id where g.case_id = a.case_id",
    ),
    "judicial_confirmation": Reliance(
        Words("司法确认", "the application to the court, or its ruling"),
        "select unnest(array[j.evidence, j.ruling]) from mediation_agreement g"
        " join judicial_confirmation j on j.agreement = g.id where g.case_id = a.case_id",
    ),
}


def register() -> None:
    """Put it where it is used."""
    RELIANCES.add(RELIED_ON)


MEDIATION = Capability("mediation", register=register)
