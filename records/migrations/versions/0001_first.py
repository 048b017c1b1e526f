"""The first tables, the append-only duty log and its search index.

A released revision is never edited; there is no way back but a backup.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "sqlite":
        statements = SQLITE
    else:
        statements = POSTGRESQL
    for statement in statements:
        op.execute(statement)


# The duty log takes new lines only. On SQLite, INSERT OR REPLACE would delete without asking the
# trigger of DELETE, so the number of an entry is looked up as well.
# The search index is a row an entry; its number is the room's in the upper bits, the entry's below.
SQLITE = (
    """
    CREATE TRIGGER log_entry_is_not_updated BEFORE UPDATE ON log_entry
    BEGIN SELECT RAISE(ABORT, 'the duty log is append-only'); END
    """,
    """
    CREATE TRIGGER log_entry_is_not_deleted BEFORE DELETE ON log_entry
    BEGIN SELECT RAISE(ABORT, 'the duty log is append-only'); END
    """,
    """
    CREATE TRIGGER log_entry_is_not_replaced BEFORE INSERT ON log_entry
    WHEN EXISTS (SELECT 1 FROM log_entry WHERE room_key = NEW.room_key AND seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the duty log is append-only'); END
    """,
    """
    CREATE TABLE log_search_room (
        number INTEGER PRIMARY KEY,
        room_key VARCHAR NOT NULL UNIQUE
    )
    """,
    """
    CREATE VIRTUAL TABLE log_search USING fts5(grams, content='', columnsize=0, tokenize='ascii')
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION log_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the duty log is append-only'; END $$
    """,
    """
    CREATE TRIGGER log_entry_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entry
    FOR EACH STATEMENT EXECUTE FUNCTION log_entry_is_append_only()
    """,
    """
    CREATE TABLE log_search_room (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        room_key VARCHAR NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE log_search (id BIGINT PRIMARY KEY, grams TSVECTOR NOT NULL)
    """,
    """
    CREATE INDEX ix_log_search_grams ON log_search USING gin (grams) WITH (fastupdate = off)
    """,
)


def create_tables() -> None:
    op.create_table('contact_point',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.CheckConstraint("channel IN ('email', 'telephone')", name=op.f('ck_contact_point_channel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_point')),
    sa.UniqueConstraint('room_key', 'owner', 'channel', 'address', name=op.f('uq_contact_point_room_key'))
    )
    op.create_table('duty_room',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('parent_key', sa.String(), nullable=True),
    sa.Column('timezone', sa.String(), nullable=False),
    sa.Column('telephone', sa.String(), nullable=False),
    sa.Column('site', sa.String(), nullable=False),
    sa.Column('code_seed', sa.String(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_duty_room'))
    )
    op.create_table('holiday_year',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('loaded_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('room_key', 'year', name=op.f('pk_holiday_year'))
    )
    op.create_table('log_entry',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('operator', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('prev_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('room_key', 'seq', name=op.f('pk_log_entry'))
    )
    op.create_index('ix_log_entry_act', 'log_entry', ['room_key', 'act', 'seq'], unique=False)
    op.create_index('ix_log_entry_at', 'log_entry', ['room_key', 'at', 'seq'], unique=False)
    op.create_index('ix_log_entry_subject', 'log_entry', ['room_key', 'subject', 'seq'], unique=False)
    op.create_table('log_head',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('indexed_seq', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('room_key', name=op.f('pk_log_head'))
    )
    op.create_table('mail',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('group_key', sa.String(), nullable=False),
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('thread', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('is_top_priority', sa.Boolean(), nullable=False),
    sa.Column('is_drill', sa.Boolean(), nullable=False),
    sa.Column('is_digest', sa.Boolean(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('next_try_at', sa.BigInteger(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('contact_turn', sa.Integer(), nullable=False),
    sa.Column('claimed_fence', sa.BigInteger(), nullable=True),
    sa.Column('claimed_at', sa.BigInteger(), nullable=True),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('accepted_at', sa.BigInteger(), nullable=True),
    sa.Column('last_reply', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'claimed', 'accepted', 'refused', 'unknown')", name=op.f('ck_mail_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail')),
    sa.UniqueConstraint('message_id', name=op.f('uq_mail_message_id')),
    sa.UniqueConstraint('room_key', 'group_key', name=op.f('uq_mail_room_key'))
    )
    op.create_index('ix_mail_open', 'mail', ['next_try_at', 'id'], unique=False, sqlite_where=sa.text('next_try_at IS NOT NULL'), postgresql_where=sa.text('next_try_at IS NOT NULL'))
    op.create_index('ix_mail_recipient', 'mail', ['room_key', 'recipient', 'id'], unique=False)
    op.create_index('ix_mail_refused', 'mail', ['room_key', 'at'], unique=False, sqlite_where=sa.text("state = 'refused'"), postgresql_where=sa.text("state = 'refused'"))
    op.create_table('mail_path',
    sa.Column('relay', sa.String(), nullable=False),
    sa.Column('is_working', sa.Boolean(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('last_accepted_at', sa.BigInteger(), nullable=True),
    sa.Column('last_reply', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('relay', name=op.f('pk_mail_path'))
    )
    op.create_table('obligation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('occurrence', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('owed_by', sa.String(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('ladder', sa.String(), nullable=True),
    sa.Column('is_top_priority', sa.Boolean(), nullable=False),
    sa.Column('is_drill', sa.Boolean(), nullable=False),
    sa.Column('arose_at', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('missed_at', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('fulfilled_at', sa.BigInteger(), nullable=True),
    sa.Column('fulfilled_by', sa.String(), nullable=True),
    sa.Column('waived_at', sa.BigInteger(), nullable=True),
    sa.Column('waived_by', sa.String(), nullable=True),
    sa.Column('told_until', sa.BigInteger(), nullable=True),
    sa.Column('acknowledged_at', sa.BigInteger(), nullable=True),
    sa.Column('acknowledged_by', sa.String(), nullable=True),
    sa.Column('next_look_at', sa.BigInteger(), nullable=True),
    sa.Column('set_aside', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'fulfilled', 'late', 'missed', 'waived', 'superseded')", name=op.f('ck_obligation_state')),
    sa.CheckConstraint("state NOT IN ('fulfilled', 'waived', 'superseded') OR next_look_at IS NULL", name=op.f('ck_obligation_settled_is_not_looked_at')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_obligation')),
    sa.UniqueConstraint('room_key', 'occurrence', name=op.f('uq_obligation_room_key'))
    )
    op.create_index('ix_obligation_due', 'obligation', ['room_key', 'due_at'], unique=False)
    op.create_index('ix_obligation_next_look', 'obligation', ['next_look_at', 'id'], unique=False, sqlite_where=sa.text('next_look_at IS NOT NULL'), postgresql_where=sa.text('next_look_at IS NOT NULL'))
    op.create_index('ix_obligation_overdue', 'obligation', ['room_key', 'due_at'], unique=False, sqlite_where=sa.text("state IN ('late', 'missed') AND fulfilled_at IS NULL"), postgresql_where=sa.text("state IN ('late', 'missed') AND fulfilled_at IS NULL"))
    op.create_index('ix_obligation_party', 'obligation', ['room_key', 'owed_by', 'due_at'], unique=False)
    op.create_index('ix_obligation_subject', 'obligation', ['room_key', 'subject'], unique=False)
    op.create_table('opening',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('opened_until', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('room_key', name=op.f('pk_opening'))
    )
    op.create_table('shift',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('ends_at', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_shift_span')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift')),
    sa.UniqueConstraint('room_key', 'kind', 'starts_at', name=op.f('uq_shift_room_key'))
    )
    op.create_index('ix_shift_ends', 'shift', ['room_key', 'ends_at'], unique=False)
    op.create_table('special_day',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_workday', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('room_key', 'year', 'day', name=op.f('pk_special_day'))
    )
    op.create_table('watch_lease',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('fence', sa.BigInteger(), nullable=False),
    sa.Column('renewals', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('pulse_at', sa.BigInteger(), nullable=True),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('stands_by', sa.String(), nullable=False),
    sa.Column('stands_by_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_watch_lease'))
    )
    op.create_table('acknowledgement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('obligation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('acknowledged_by', sa.String(), nullable=False),
    sa.Column('operator', sa.String(), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['obligation_id'], ['obligation.id'], name=op.f('fk_acknowledgement_obligation_id_obligation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acknowledgement'))
    )
    op.create_index(op.f('ix_acknowledgement_obligation_id'), 'acknowledgement', ['obligation_id'], unique=False)
    op.create_table('alert',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('alert_key', sa.String(), nullable=False),
    sa.Column('obligation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('ladder_step', sa.Integer(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('capacity', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('late_seconds', sa.Integer(), nullable=False),
    sa.Column('mail_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('acknowledged_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("stage IN ('told', 'returned', 'taken', 'over')", name=op.f('ck_alert_stage')),
    sa.ForeignKeyConstraint(['mail_id'], ['mail.id'], name=op.f('fk_alert_mail_id_mail')),
    sa.ForeignKeyConstraint(['obligation_id'], ['obligation.id'], name=op.f('fk_alert_obligation_id_obligation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    sa.UniqueConstraint('room_key', 'alert_key', name=op.f('uq_alert_room_key'))
    )
    op.create_index('ix_alert_at', 'alert', ['room_key', 'at'], unique=False)
    op.create_index('ix_alert_mail', 'alert', ['mail_id'], unique=False)
    op.create_index('ix_alert_obligation', 'alert', ['obligation_id'], unique=False)
    op.create_table('centre_activation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('centre_key', sa.String(), nullable=False),
    sa.Column('part', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('is_drill', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.BigInteger(), nullable=False),
    sa.Column('proposed_by', sa.String(), nullable=False),
    sa.Column('activated_at', sa.BigInteger(), nullable=True),
    sa.Column('activated_by', sa.String(), nullable=True),
    sa.Column('staffed_at', sa.BigInteger(), nullable=True),
    sa.Column('staffed_by', sa.String(), nullable=True),
    sa.Column('stood_down_at', sa.BigInteger(), nullable=True),
    sa.Column('stood_down_by', sa.String(), nullable=True),
    sa.CheckConstraint("(state = 'stood_down') = (stood_down_at IS NOT NULL)", name=op.f('ck_centre_activation_stood_down_has_its_minute')),
    sa.CheckConstraint("part IN ('lead', 'supporting', 'informed')", name=op.f('ck_centre_activation_part')),
    sa.CheckConstraint("state IN ('proposed', 'activated', 'staffed', 'stood_down')", name=op.f('ck_centre_activation_state')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_centre_activation_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre_activation'))
    )
    op.create_index('uq_centre_activation_open', 'centre_activation', ['room_key', 'subject', 'centre_key'], unique=True, sqlite_where=sa.text('stood_down_at IS NULL'), postgresql_where=sa.text('stood_down_at IS NULL'))
    op.create_table('chase',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('obligation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('chased_by', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('promised_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['obligation_id'], ['obligation.id'], name=op.f('fk_chase_obligation_id_obligation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chase'))
    )
    op.create_index(op.f('ix_chase_obligation_id'), 'chase', ['obligation_id'], unique=False)
    op.create_table('delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mail_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('relay', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.CheckConstraint("outcome IN ('accepted', 'refused', 'delayed', 'unknown')", name=op.f('ck_delivery_outcome')),
    sa.ForeignKeyConstraint(['mail_id'], ['mail.id'], name=op.f('fk_delivery_mail_id_mail')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery'))
    )
    op.create_index('ix_delivery_mail', 'delivery', ['mail_id'], unique=False)
    op.create_table('finding',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=True),
    sa.Column('obligation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('late_seconds', sa.Integer(), nullable=True),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('judged', sa.String(), nullable=False),
    sa.Column('judged_by', sa.String(), nullable=True),
    sa.Column('judged_at', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("judged IN ('suspected', 'confirmed', 'dismissed')", name=op.f('ck_finding_judged')),
    sa.ForeignKeyConstraint(['obligation_id'], ['obligation.id'], name=op.f('fk_finding_obligation_id_obligation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding')),
    sa.UniqueConstraint('obligation_id', 'kind', name=op.f('uq_finding_obligation_id'))
    )
    op.create_index('ix_finding_at', 'finding', ['room_key', 'at'], unique=False)
    op.create_table('handover_switch',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('switched_by', sa.String(), nullable=False),
    sa.Column('confirmed_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_handover_switch_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_switch'))
    )
    op.create_index(op.f('ix_handover_switch_room_key'), 'handover_switch', ['room_key'], unique=False)
    op.create_table('incident',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('handle', sa.String(), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('received_by', sa.String(), nullable=False),
    sa.Column('reported_by', sa.String(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('first_seen_online_at', sa.BigInteger(), nullable=True),
    sa.Column('is_socially_significant', sa.Boolean(), nullable=False),
    sa.Column('is_drill', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('handed_up_at', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("state IN ('received', 'graded', 'responding', 'response_ended', 'handed_up', 'closed', 'false_alarm')", name=op.f('ck_incident_state')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_incident_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('room_key', 'handle', name=op.f('uq_incident_room_key'))
    )
    op.create_index('ix_incident_open', 'incident', ['room_key', 'id'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('issued_order',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('handle', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('addressee', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('quantity', sa.String(), nullable=False),
    sa.Column('time', sa.String(), nullable=False),
    sa.Column('consequence', sa.Text(), nullable=False),
    sa.Column('plan_key', sa.String(), nullable=True),
    sa.Column('plan_step', sa.Integer(), nullable=True),
    sa.Column('is_drill', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('issued_at', sa.BigInteger(), nullable=False),
    sa.Column('issued_by', sa.String(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('acknowledged_at', sa.BigInteger(), nullable=True),
    sa.Column('acknowledged_by', sa.String(), nullable=True),
    sa.Column('carried_out_at', sa.BigInteger(), nullable=True),
    sa.Column('unable_at', sa.BigInteger(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('issued', 'acknowledged', 'carried_out', 'unable')", name=op.f('ck_issued_order_state')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_issued_order_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issued_order')),
    sa.UniqueConstraint('room_key', 'handle', name=op.f('uq_issued_order_room_key'))
    )
    op.create_index('ix_issued_order_subject', 'issued_order', ['room_key', 'subject'], unique=False)
    op.create_table('person',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('pinyin', sa.String(), nullable=False),
    sa.Column('pin_hash', sa.String(), nullable=True),
    sa.Column('pin_failures', sa.Integer(), nullable=False),
    sa.Column('pin_locked_until', sa.BigInteger(), nullable=True),
    sa.Column('added_at', sa.BigInteger(), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_person_room_key_duty_room')),
    sa.PrimaryKeyConstraint('room_key', 'id', name=op.f('pk_person'))
    )
    op.create_index('ix_person_same', 'person', ['room_key', 'name', 'body'], unique=False)
    op.create_table('post',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('capacity', sa.String(), nullable=False),
    sa.Column('is_manned', sa.Boolean(), nullable=False),
    sa.Column('is_standing', sa.Boolean(), nullable=False),
    sa.Column('partner_key', sa.String(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_post_room_key_duty_room')),
    sa.PrimaryKeyConstraint('room_key', 'key', name=op.f('pk_post'))
    )
    op.create_table('presence_setting',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('night_from', sa.String(), nullable=False),
    sa.Column('night_until', sa.String(), nullable=False),
    sa.Column('night_minutes', sa.Integer(), nullable=False),
    sa.Column('day_minutes', sa.Integer(), nullable=True),
    sa.Column('incident_minutes', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('confirmed_by', sa.String(), nullable=False),
    sa.CheckConstraint('day_minutes IS NULL OR day_minutes BETWEEN 3 AND 60', name=op.f('ck_presence_setting_day')),
    sa.CheckConstraint('incident_minutes IS NULL OR incident_minutes BETWEEN 3 AND 60', name=op.f('ck_presence_setting_incident')),
    sa.CheckConstraint('night_minutes BETWEEN 3 AND 60', name=op.f('ck_presence_setting_night')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_presence_setting_room_key_duty_room')),
    sa.PrimaryKeyConstraint('room_key', name=op.f('pk_presence_setting'))
    )
    op.create_table('response_step',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('response_level', sa.String(), nullable=True),
    sa.Column('issuing_authority', sa.String(), nullable=True),
    sa.Column('lead_key', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('signed_by', sa.String(), nullable=False),
    sa.Column('signed_as', sa.String(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('is_drill', sa.Boolean(), nullable=False),
    sa.Column('paper_number', sa.String(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("issuing_authority IN ('centre', 'general_hq', 'province')", name=op.f('ck_response_step_issuing_authority')),
    sa.CheckConstraint("response_level IN ('I', 'II', 'III', 'IV')", name=op.f('ck_response_step_response_level')),
    sa.CheckConstraint("step IN ('activate', 'change', 'stand_down', 'hand_up')", name=op.f('ck_response_step_step')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_response_step_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response_step')),
    sa.UniqueConstraint('room_key', 'subject', 'number', name=op.f('uq_response_step_room_key'))
    )
    op.create_table('roster_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.BigInteger(), nullable=False),
    sa.Column('published_by', sa.String(), nullable=False),
    sa.Column('first_day', sa.String(), nullable=False),
    sa.Column('last_day', sa.String(), nullable=False),
    sa.Column('patterns', sa.String(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_roster_version_days')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_roster_version_number')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_roster_version_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_version')),
    sa.UniqueConstraint('room_key', 'number', name=op.f('uq_roster_version_room_key'))
    )
    op.create_table('spot_check',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('roll_call', sa.Integer(), nullable=True),
    sa.Column('party', sa.String(), nullable=False),
    sa.Column('window_from', sa.BigInteger(), nullable=False),
    sa.Column('window_until', sa.BigInteger(), nullable=False),
    sa.Column('drawn_at', sa.BigInteger(), nullable=False),
    sa.Column('planned_by', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=True),
    sa.Column('second_at', sa.BigInteger(), nullable=True),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('answered_by', sa.String(), nullable=True),
    sa.Column('answer_seconds', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.CheckConstraint("outcome IN ('planned', 'asked', 'answered', 'second_try', 'missed')", name=op.f('ck_spot_check_outcome')),
    sa.CheckConstraint('window_until >= window_from', name=op.f('ck_spot_check_window')),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_spot_check_room_key_duty_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_check'))
    )
    op.create_index('ix_spot_check_drawn', 'spot_check', ['room_key', 'drawn_at'], unique=False, sqlite_where=sa.text("outcome = 'planned'"), postgresql_where=sa.text("outcome = 'planned'"))
    op.create_table('unit',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('region_code', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=True),
    sa.Column('head', sa.String(), nullable=False),
    sa.Column('risk_level', sa.String(), nullable=True),
    sa.Column('pinyin', sa.String(), nullable=False),
    sa.Column('added_at', sa.BigInteger(), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['room_key'], ['duty_room.key'], name=op.f('fk_unit_room_key_duty_room')),
    sa.PrimaryKeyConstraint('room_key', 'id', name=op.f('pk_unit'))
    )
    op.create_index('ix_unit_kind', 'unit', ['room_key', 'kind'], unique=False)
    op.create_index('ix_unit_name', 'unit', ['room_key', 'name'], unique=False)
    op.create_table('absence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('ends_at', sa.BigInteger(), nullable=False),
    sa.Column('stand_in_id', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_absence_span')),
    sa.ForeignKeyConstraint(['room_key', 'person_id'], ['person.room_key', 'person.id'], name=op.f('fk_absence_room_key_person_id_person')),
    sa.ForeignKeyConstraint(['room_key', 'stand_in_id'], ['person.room_key', 'person.id'], name=op.f('fk_absence_room_key_stand_in_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    op.create_index('ix_absence_person', 'absence', ['room_key', 'person_id', 'starts_at'], unique=False)
    op.create_table('assignment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['room_key', 'person_id'], ['person.room_key', 'person.id'], name=op.f('fk_assignment_room_key_person_id_person')),
    sa.ForeignKeyConstraint(['room_key', 'post_key'], ['post.room_key', 'post.key'], name=op.f('fk_assignment_room_key_post_key_post')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_assignment_shift_id_shift')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('shift_id', 'post_key', name=op.f('uq_assignment_shift_id'))
    )
    op.create_table('centre_staffing',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('activation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('cell', sa.String(), nullable=False),
    sa.Column('strength', sa.Integer(), nullable=False),
    sa.Column('required', sa.Integer(), nullable=False),
    sa.CheckConstraint('strength >= 0 AND required >= 0', name=op.f('ck_centre_staffing_counts')),
    sa.ForeignKeyConstraint(['activation_id'], ['centre_activation.id'], name=op.f('fk_centre_staffing_activation_id_centre_activation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre_staffing'))
    )
    op.create_index(op.f('ix_centre_staffing_activation_id'), 'centre_staffing', ['activation_id'], unique=False)
    op.create_table('handover',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outgoing_id', sa.String(), nullable=True),
    sa.Column('incoming_id', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('is_takeover', sa.Boolean(), nullable=False),
    sa.Column('offered_at', sa.BigInteger(), nullable=False),
    sa.Column('offered_words', sa.Text(), nullable=False),
    sa.Column('refused_at', sa.BigInteger(), nullable=True),
    sa.Column('accepted_at', sa.BigInteger(), nullable=True),
    sa.Column('assumed_at', sa.BigInteger(), nullable=True),
    sa.Column('accepted_words', sa.Text(), nullable=False),
    sa.Column('reviewed_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(state IN ('offered', 'refused')) = (assumed_at IS NULL)", name=op.f('ck_handover_assumed_once')),
    sa.CheckConstraint("state IN ('offered', 'refused', 'assumed', 'reviewed')", name=op.f('ck_handover_state')),
    sa.CheckConstraint('outgoing_id IS NULL OR outgoing_id <> incoming_id', name=op.f('ck_handover_two_persons')),
    sa.ForeignKeyConstraint(['room_key', 'incoming_id'], ['person.room_key', 'person.id'], name=op.f('fk_handover_room_key_incoming_id_person')),
    sa.ForeignKeyConstraint(['room_key', 'outgoing_id'], ['person.room_key', 'person.id'], name=op.f('fk_handover_room_key_outgoing_id_person')),
    sa.ForeignKeyConstraint(['room_key', 'post_key'], ['post.room_key', 'post.key'], name=op.f('fk_handover_room_key_post_key_post')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_handover_shift_id_shift')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover'))
    )
    op.create_index('ix_handover_assumed', 'handover', ['room_key', 'post_key', 'assumed_at'], unique=False)
    op.create_index('ix_handover_pending', 'handover', ['room_key', 'post_key'], unique=True, sqlite_where=sa.text("state IN ('offered', 'refused')"), postgresql_where=sa.text("state IN ('offered', 'refused')"))
    op.create_table('incident_assessment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('incident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('after_seq', sa.Integer(), nullable=False),
    sa.Column('suggested', sa.String(), nullable=True),
    sa.Column('rule', sa.String(), nullable=True),
    sa.Column('criterion', sa.String(), nullable=True),
    sa.Column('counted', sa.Double(), nullable=True),
    sa.Column('decided', sa.String(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("decided IN ('especially_serious', 'serious', 'large', 'ordinary')", name=op.f('ck_incident_assessment_decided')),
    sa.CheckConstraint("suggested IN ('especially_serious', 'serious', 'large', 'ordinary')", name=op.f('ck_incident_assessment_suggested')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_assessment_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_assessment'))
    )
    op.create_index('ix_incident_assessment_incident', 'incident_assessment', ['incident_id', 'id'], unique=False)
    op.create_table('incident_clock',
    sa.Column('obligation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('incident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('clock', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('counted_from', sa.String(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('from_party', sa.String(), nullable=False),
    sa.Column('to_party', sa.String(), nullable=False),
    sa.Column('is_follow_up', sa.Boolean(), nullable=False),
    sa.Column('due_from_receipt_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("counted_from IN ('occurred', 'received', 'upgraded', 'casualties_changed', 'daily')", name=op.f('ck_incident_clock_counted_from')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_clock_incident_id_incident')),
    sa.ForeignKeyConstraint(['obligation_id'], ['obligation.id'], name=op.f('fk_incident_clock_obligation_id_obligation')),
    sa.PrimaryKeyConstraint('obligation_id', name=op.f('pk_incident_clock'))
    )
    op.create_index('ix_incident_clock_incident', 'incident_clock', ['incident_id', 'obligation_id'], unique=False)
    op.create_table('incident_learned',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('incident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reporting_level', sa.String(), nullable=False),
    sa.Column('learned_at', sa.BigInteger(), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.CheckConstraint("reporting_level IN ('unit', 'county', 'city', 'province', 'state')", name=op.f('ck_incident_learned_reporting_level')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_learned_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_learned'))
    )
    op.create_index('ix_incident_learned_incident', 'incident_learned', ['incident_id', 'id'], unique=False)
    op.create_table('incident_report',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('incident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('from_level', sa.String(), nullable=False),
    sa.Column('to_level', sa.String(), nullable=False),
    sa.Column('reported_at', sa.BigInteger(), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.CheckConstraint("form IN ('telephone', 'written')", name=op.f('ck_incident_report_form')),
    sa.CheckConstraint("from_level IN ('unit', 'county', 'city', 'province', 'state')", name=op.f('ck_incident_report_from_level')),
    sa.CheckConstraint("kind IN ('first', 'follow-up', 'supplement', 'final')", name=op.f('ck_incident_report_kind')),
    sa.CheckConstraint("to_level IN ('unit', 'county', 'city', 'province', 'state')", name=op.f('ck_incident_report_to_level')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_report_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_report'))
    )
    op.create_index('ix_incident_report_incident', 'incident_report', ['incident_id', 'id'], unique=False)
    op.create_table('incident_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('incident_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=True),
    sa.Column('occurred_at', sa.BigInteger(), nullable=True),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('dead', sa.Integer(), nullable=True),
    sa.Column('missing', sa.Integer(), nullable=True),
    sa.Column('trapped', sa.Integer(), nullable=True),
    sa.Column('seriously_injured', sa.Integer(), nullable=True),
    sa.Column('slightly_injured', sa.Integer(), nullable=True),
    sa.Column('direct_loss_cny', sa.Double(), nullable=True),
    sa.Column('evacuated', sa.Integer(), nullable=True),
    sa.Column('burnt_area_ha', sa.Double(), nullable=True),
    sa.Column('magnitude', sa.Double(), nullable=True),
    sa.Column('threatened', sa.Integer(), nullable=True),
    sa.Column('possible_loss_cny', sa.Double(), nullable=True),
    sa.Column('water_cut', sa.Integer(), nullable=True),
    sa.Column('has_serious_pollution', sa.Boolean(), nullable=True),
    sa.Column('threatens_important_place', sa.Boolean(), nullable=True),
    sa.Column('as_of', sa.BigInteger(), nullable=True),
    sa.Column('died_on', sa.String(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_version_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_version')),
    sa.UniqueConstraint('incident_id', 'seq', name=op.f('uq_incident_version_incident_id'))
    )
    op.create_table('post_holder',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('from_at', sa.BigInteger(), nullable=False),
    sa.Column('until_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['room_key', 'person_id'], ['person.room_key', 'person.id'], name=op.f('fk_post_holder_room_key_person_id_person')),
    sa.ForeignKeyConstraint(['room_key', 'post_key'], ['post.room_key', 'post.key'], name=op.f('fk_post_holder_room_key_post_key_post')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_holder'))
    )
    op.create_index('ix_post_holder_post', 'post_holder', ['room_key', 'post_key', 'from_at'], unique=False)
    op.create_table('presence_question',
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('digit', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('digit BETWEEN 0 AND 9', name=op.f('ck_presence_question_digit')),
    sa.ForeignKeyConstraint(['room_key', 'post_key'], ['post.room_key', 'post.key'], name=op.f('fk_presence_question_room_key_post_key_post')),
    sa.PrimaryKeyConstraint('room_key', 'post_key', name=op.f('pk_presence_question'))
    )
    op.create_table('read_back',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('read_by', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('quantity', sa.String(), nullable=False),
    sa.Column('time', sa.String(), nullable=False),
    sa.Column('is_right', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['issued_order.id'], name=op.f('fk_read_back_order_id_issued_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_read_back'))
    )
    op.create_index(op.f('ix_read_back_order_id'), 'read_back', ['order_id'], unique=False)
    op.create_table('sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('signed_out_at', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['room_key', 'person_id'], ['person.room_key', 'person.id'], name=op.f('fk_sign_in_room_key_person_id_person')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_sign_in_shift_id_shift')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in'))
    )
    op.create_index('ix_sign_in_shift', 'sign_in', ['shift_id', 'post_key'], unique=False)
    op.create_table('swap_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_key', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('replacement_id', sa.String(), nullable=False),
    sa.Column('other_shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('other_post_key', sa.String(), nullable=True),
    sa.Column('is_emergency', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('accepted_at', sa.BigInteger(), nullable=True),
    sa.Column('approved_at', sa.BigInteger(), nullable=True),
    sa.Column('approved_by', sa.String(), nullable=True),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint("(kind = 'swap') = (other_shift_id IS NOT NULL) AND (kind = 'swap') = (other_post_key IS NOT NULL)", name=op.f('ck_swap_request_swap_has_two_shifts')),
    sa.CheckConstraint("kind IN ('swap', 'cover')", name=op.f('ck_swap_request_kind')),
    sa.CheckConstraint("state <> 'effective' OR (accepted_at IS NOT NULL AND approved_by IS NOT NULL)", name=op.f('ck_swap_request_effective_is_approved')),
    sa.CheckConstraint("state IN ('asked', 'accepted', 'effective', 'refused', 'withdrawn')", name=op.f('ck_swap_request_state')),
    sa.CheckConstraint('person_id <> replacement_id', name=op.f('ck_swap_request_two_people')),
    sa.ForeignKeyConstraint(['other_shift_id'], ['shift.id'], name=op.f('fk_swap_request_other_shift_id_shift')),
    sa.ForeignKeyConstraint(['room_key', 'person_id'], ['person.room_key', 'person.id'], name=op.f('fk_swap_request_room_key_person_id_person')),
    sa.ForeignKeyConstraint(['room_key', 'replacement_id'], ['person.room_key', 'person.id'], name=op.f('fk_swap_request_room_key_replacement_id_person')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_swap_request_shift_id_shift')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swap_request'))
    )
    op.create_index('ix_swap_request_state', 'swap_request', ['room_key', 'state', 'id'], unique=False)
    op.create_index('uq_swap_request_open', 'swap_request', ['shift_id', 'post_key'], unique=True, sqlite_where=sa.text("state IN ('asked', 'accepted')"), postgresql_where=sa.text("state IN ('asked', 'accepted')"))
    op.create_table('handover_matter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('handover_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('answered_at', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('is_carried', sa.Boolean(), nullable=False),
    sa.CheckConstraint("answer IN ('confirmed', 'refused', 'from_log')", name=op.f('ck_handover_matter_answer')),
    sa.ForeignKeyConstraint(['handover_id'], ['handover.id'], name=op.f('fk_handover_matter_handover_id_handover')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_matter')),
    sa.UniqueConstraint('handover_id', 'key', name=op.f('uq_handover_matter_handover_id'))
    )
