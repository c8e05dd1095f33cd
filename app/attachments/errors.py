"""What the cleaning of a file may end with beside a clean file."""

from app.attachments.rules import Unfit


class Refused(Exception):
    """The file is not taken."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.value)
        self.why = why
