"""Attachments (附件): photos and papers of a case, made harmless on the way in and sealed at rest."""
