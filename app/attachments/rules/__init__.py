"""The rules of attachments: of their files, and of adding them to a case and taking them out."""
