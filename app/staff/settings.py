"""Settings of staff accounts."""

from pydantic import Field

from app.core.settings import Section


class LoginSettings(Section):
    """How often one may try."""

    login_tries_per_hour: int = Field(
        default=30, ge=1, description="Failed log-ins of an account from one address; of all accounts from it tenfold"
    )
