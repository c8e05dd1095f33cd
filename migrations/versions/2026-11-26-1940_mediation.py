"""mediation"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "mediation"
down_revision: str | None = "dispute_kinds"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "mediation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("procedure_before", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(ended_at is null) = (state in ('consented', 'proposed', 'suspended', 'under_way'))",
            name=op.f("ck_mediation_ended_unless_live"),
        ),
        sa.CheckConstraint(
            "channel in ('people', 'administrative', 'sectoral', 'judicial_referral', 'labour')",
            name=op.f("ck_mediation_channel"),
        ),
        sa.CheckConstraint("origin in ('application', 'proposal')", name=op.f("ck_mediation_origin")),
        sa.CheckConstraint(
            "state in ('proposed', 'consented', 'under_way', 'suspended', 'agreed', 'failed', 'ended')",
            name=op.f("ck_mediation_state"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mediation_case_id")),
        sa.ForeignKeyConstraint(["reason"], ["case_note.id"], name=op.f("fk_mediation_reason")),
        sa.ForeignKeyConstraint(["refused_by"], ["party.id"], name=op.f("fk_mediation_refused_by")),
        sa.ForeignKeyConstraint(["request"], ["case_note.id"], name=op.f("fk_mediation_request")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_mediation_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_mediation_id_case_id")),
    )
    op.create_index("ix_mediation_case_id", "mediation", ["case_id"], unique=False)
    op.create_index(
        "uq_mediation_one_live",
        "mediation",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state in ('consented', 'proposed', 'suspended', 'under_way')"),
    )
    op.create_table(
        "mediation_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mediation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facts", sa.Uuid(), nullable=False),
        sa.Column("terms", sa.Uuid(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(effective_at is not null) = (state = 'effective')", name=op.f("ck_mediation_agreement_effective_since")
        ),
        sa.CheckConstraint("form in ('written', 'oral')", name=op.f("ck_mediation_agreement_form")),
        sa.CheckConstraint("state in ('draft', 'effective', 'void')", name=op.f("ck_mediation_agreement_state")),
        sa.ForeignKeyConstraint(["facts"], ["case_note.id"], name=op.f("fk_mediation_agreement_facts")),
        sa.ForeignKeyConstraint(
            ["mediation", "case_id"],
            ["mediation.id", "mediation.case_id"],
            name=op.f("fk_mediation_agreement_mediation_case_id"),
        ),
        sa.ForeignKeyConstraint(["terms"], ["case_note.id"], name=op.f("fk_mediation_agreement_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_agreement")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_mediation_agreement_id_case_id")),
    )
    op.create_index("ix_mediation_agreement_case_id", "mediation_agreement", ["case_id"], unique=False)
    op.create_index(
        "uq_mediation_agreement_one",
        "mediation_agreement",
        ["mediation"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "mediation_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mediation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("about in ('mediation', 'extension')", name=op.f("ck_mediation_consent_about")),
        sa.CheckConstraint("how in ('in_person', 'phone', 'written', 'online')", name=op.f("ck_mediation_consent_how")),
        sa.ForeignKeyConstraint(
            ["evidence", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_mediation_consent_evidence_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mediation", "case_id"],
            ["mediation.id", "mediation.case_id"],
            name=op.f("fk_mediation_consent_mediation_case_id"),
        ),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_mediation_consent_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_consent")),
        sa.UniqueConstraint("mediation", "about", "party", name=op.f("uq_mediation_consent_mediation_about_party")),
    )
    op.create_table(
        "mediation_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mediation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(began_at is not null) = (state in ('opened', 'held'))",
            name=op.f("ck_mediation_session_began_when_opened"),
        ),
        sa.CheckConstraint(
            "(kind = 'separate') = (party is not null)", name=op.f("ck_mediation_session_separate_with_one")
        ),
        sa.CheckConstraint(
            "(minutes is not null) = (state = 'held')", name=op.f("ck_mediation_session_minutes_when_held")
        ),
        sa.CheckConstraint("kind in ('joint', 'separate')", name=op.f("ck_mediation_session_kind")),
        sa.CheckConstraint(
            "state in ('scheduled', 'opened', 'held', 'cancelled')", name=op.f("ck_mediation_session_state")
        ),
        sa.CheckConstraint("num_nonnulls(booking, place) = 1", name=op.f("ck_mediation_session_room_or_place")),
        sa.CheckConstraint("since < until", name=op.f("ck_mediation_session_since_before_until")),
        sa.ForeignKeyConstraint(["booking"], ["room_booking.id"], name=op.f("fk_mediation_session_booking")),
        sa.ForeignKeyConstraint(
            ["mediation", "case_id"],
            ["mediation.id", "mediation.case_id"],
            name=op.f("fk_mediation_session_mediation_case_id"),
        ),
        sa.ForeignKeyConstraint(["minutes"], ["case_note.id"], name=op.f("fk_mediation_session_minutes")),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_mediation_session_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_session")),
    )
    op.create_index("ix_mediation_session_mediation", "mediation_session", ["mediation"], unique=False)
    op.create_index(
        "uq_mediation_session_one_open",
        "mediation_session",
        ["mediation"],
        unique=True,
        postgresql_where=sa.text("state = 'opened'"),
    )
    op.create_table(
        "mediator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mediation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.Column("relieved_by", sa.Text(), nullable=True),
        sa.Column("relieved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("how in ('chosen', 'appointed')", name=op.f("ck_mediator_how")),
        sa.CheckConstraint(
            "relation in ('relative', 'interest', 'acquaintance', 'other')", name=op.f("ck_mediator_relation")
        ),
        sa.CheckConstraint(
            "num_nonnulls(relieved_at, relieved_by) in (0, 2)", name=op.f("ck_mediator_relieved_by_somebody")
        ),
        sa.CheckConstraint("relation is null or relieved_at is not null", name=op.f("ck_mediator_related_is_relieved")),
        sa.ForeignKeyConstraint(
            ["mediation", "case_id"], ["mediation.id", "mediation.case_id"], name=op.f("fk_mediator_mediation_case_id")
        ),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_mediator_note")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_mediator_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediator")),
    )
    op.create_index(
        "ix_mediator_staff", "mediator", ["staff"], unique=False, postgresql_where=sa.text("relieved_at is null")
    )
    op.create_index(
        "uq_mediator_once",
        "mediator",
        ["mediation", "staff"],
        unique=True,
        postgresql_where=sa.text("relieved_at is null"),
    )
    op.create_table(
        "judicial_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Uuid(), nullable=True),
        sa.Column("ruling", sa.Uuid(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(decided_on is not null) = (state in ('confirmed', 'refused'))",
            name=op.f("ck_judicial_confirmation_decided_on_a_day"),
        ),
        sa.CheckConstraint(
            "state in ('applied', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_judicial_confirmation_state")
        ),
        sa.ForeignKeyConstraint(
            ["agreement", "case_id"],
            ["mediation_agreement.id", "mediation_agreement.case_id"],
            name=op.f("fk_judicial_confirmation_agreement_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_judicial_confirmation_evidence_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["ruling", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_judicial_confirmation_ruling_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judicial_confirmation")),
    )
    op.create_index(
        "uq_judicial_confirmation_once",
        "judicial_confirmation",
        ["agreement"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "mediation_obligation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("debtor", sa.Uuid(), nullable=False),
        sa.Column("creditor", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="CNY", nullable=False),
        sa.Column("act", sa.Uuid(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("manner", sa.Text(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("performed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(duty = 'act') = (act is not null)", name=op.f("ck_mediation_obligation_act_to_do")),
        sa.CheckConstraint(
            "(duty = 'pay') = (amount_cents is not null)", name=op.f("ck_mediation_obligation_amount_to_pay")
        ),
        sa.CheckConstraint("currency = 'CNY'", name=op.f("ck_mediation_obligation_currency")),
        sa.CheckConstraint(
            "duty <> 'pay' or (performed_at is not null) = (paid_cents = amount_cents)",
            name=op.f("ck_mediation_obligation_performed_with_the_last_cent"),
        ),
        sa.CheckConstraint("duty in ('pay', 'act')", name=op.f("ck_mediation_obligation_duty")),
        sa.CheckConstraint(
            "manner in ('cash', 'bank_transfer', 'mobile_payment', 'in_kind', 'in_person', 'in_writing', 'other')",
            name=op.f("ck_mediation_obligation_manner"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_mediation_obligation_amount_positive")),
        sa.CheckConstraint("debtor <> creditor", name=op.f("ck_mediation_obligation_not_to_oneself")),
        sa.CheckConstraint(
            "paid_cents >= 0 and paid_cents <= coalesce(amount_cents, 0)",
            name=op.f("ck_mediation_obligation_never_overpaid"),
        ),
        sa.ForeignKeyConstraint(["act"], ["case_note.id"], name=op.f("fk_mediation_obligation_act")),
        sa.ForeignKeyConstraint(
            ["agreement", "case_id"],
            ["mediation_agreement.id", "mediation_agreement.case_id"],
            name=op.f("fk_mediation_obligation_agreement_case_id"),
        ),
        sa.ForeignKeyConstraint(["creditor"], ["party.id"], name=op.f("fk_mediation_obligation_creditor")),
        sa.ForeignKeyConstraint(["debtor"], ["party.id"], name=op.f("fk_mediation_obligation_debtor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_obligation")),
        sa.UniqueConstraint("agreement", "number", name=op.f("uq_mediation_obligation_agreement_number")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_mediation_obligation_id_case_id")),
    )
    op.create_index(
        "ix_mediation_obligation_owed",
        "mediation_obligation",
        ["due"],
        unique=False,
        postgresql_where=sa.text("performed_at is null and breached_at is null"),
    )
    op.create_table(
        "mediation_seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "role in ('expert', 'relative', 'neighbour', 'colleague', 'organisation', 'recorder')",
            name=op.f("ck_mediation_seat_role"),
        ),
        sa.CheckConstraint("(sealed is null) = (seal_key is null)", name=op.f("ck_mediation_seat_sealed_with_key")),
        sa.CheckConstraint("num_nonnulls(staff, sealed) = 1", name=op.f("ck_mediation_seat_staff_or_name")),
        sa.ForeignKeyConstraint(["session"], ["mediation_session.id"], name=op.f("fk_mediation_seat_session")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_mediation_seat_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_seat")),
    )
    op.create_index("ix_mediation_seat_session", "mediation_seat", ["session"], unique=False)
    op.create_table(
        "mediation_signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agreement", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=True),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.Column("evidence", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(signer = 'mediator') = (staff is not null)", name=op.f("ck_mediation_signature_mediator_signs")
        ),
        sa.CheckConstraint("(signer = 'party') = (party is not null)", name=op.f("ck_mediation_signature_party_signs")),
        sa.CheckConstraint("signer in ('party', 'mediator', 'seal')", name=op.f("ck_mediation_signature_signer")),
        sa.ForeignKeyConstraint(
            ["agreement", "case_id"],
            ["mediation_agreement.id", "mediation_agreement.case_id"],
            name=op.f("fk_mediation_signature_agreement_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_mediation_signature_evidence_case_id"),
        ),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_mediation_signature_party")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_mediation_signature_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_signature")),
    )
    op.create_index(
        "uq_mediation_signature_once",
        "mediation_signature",
        ["agreement", "signer", sa.literal_column("coalesce(party, staff, '00000000-0000-0000-0000-000000000000')")],
        unique=True,
    )
    op.create_table(
        "mediation_follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("obligation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("method in ('phone', 'in_person', 'online')", name=op.f("ck_mediation_follow_up_method")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_mediation_follow_up_note")),
        sa.ForeignKeyConstraint(
            ["obligation", "case_id"],
            ["mediation_obligation.id", "mediation_obligation.case_id"],
            name=op.f("fk_mediation_follow_up_obligation_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_follow_up")),
    )
    op.create_index("ix_mediation_follow_up_obligation", "mediation_follow_up", ["obligation"], unique=False)
    op.create_table(
        "mediation_performance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("obligation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("receipt", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_mediation_performance_amount_positive")),
        sa.ForeignKeyConstraint(
            ["obligation", "case_id"],
            ["mediation_obligation.id", "mediation_obligation.case_id"],
            name=op.f("fk_mediation_performance_obligation_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["receipt", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_mediation_performance_receipt_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_performance")),
    )
    op.create_index("ix_mediation_performance_obligation", "mediation_performance", ["obligation"], unique=False)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index("ix_mediation_performance_obligation", table_name="mediation_performance")
    op.drop_table("mediation_performance")
    op.drop_index("ix_mediation_follow_up_obligation", table_name="mediation_follow_up")
    op.drop_table("mediation_follow_up")
    op.drop_index("uq_mediation_signature_once", table_name="mediation_signature")
    op.drop_table("mediation_signature")
    op.drop_index("ix_mediation_seat_session", table_name="mediation_seat")
    op.drop_table("mediation_seat")
    op.drop_index(
        "ix_mediation_obligation_owed",
        table_name="mediation_obligation",
        postgresql_where=sa.text("performed_at is null and breached_at is null"),
    )
    op.drop_table("mediation_obligation")
    op.drop_index(
        "uq_judicial_confirmation_once",
        table_name="judicial_confirmation",
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.drop_table("judicial_confirmation")
    op.drop_index("uq_mediator_once", table_name="mediator", postgresql_where=sa.text("relieved_at is null"))
    op.drop_index("ix_mediator_staff", table_name="mediator", postgresql_where=sa.text("relieved_at is null"))
    op.drop_table("mediator")
    op.drop_index(
        "uq_mediation_session_one_open", table_name="mediation_session", postgresql_where=sa.text("state = 'opened'")
    )
    op.drop_index("ix_mediation_session_mediation", table_name="mediation_session")
    op.drop_table("mediation_session")
    op.drop_table("mediation_consent")
    op.drop_index(
        "uq_mediation_agreement_one", table_name="mediation_agreement", postgresql_where=sa.text("state <> 'void'")
    )
    op.drop_index("ix_mediation_agreement_case_id", table_name="mediation_agreement")
    op.drop_table("mediation_agreement")
    op.drop_index(
        "uq_mediation_one_live",
        table_name="mediation",
        postgresql_where=sa.text("state in ('consented', 'proposed', 'suspended', 'under_way')"),
    )
    op.drop_index("ix_mediation_case_id", table_name="mediation")
    op.drop_table("mediation")
