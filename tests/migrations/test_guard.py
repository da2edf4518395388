"""What each login may do, table by table, as the catalogue has it and as the database answers."""

from uuid import uuid4

import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.database import METADATA, transaction
from domain.schema import LEDGER as LEDGER_TABLES
from migrations.logins import OWNER
from sandbox.tenant import Tenant, as_owner, open_tenant
from tests.book import Book

LEDGER = sorted(
    table.name
    for module in LEDGER_TABLES
    for table in vars(module).values()
    if getattr(table, "metadata", None) is METADATA
)
TENANT_TABLES = sorted(name for name, table in METADATA.tables.items() if "tenant_id" in table.c)

CHUNK = (
    "uuid[],text[],date[],text[],uuid[],date[],bytea[],jsonb[],integer[],integer[],"
    "integer[],text[],text[],bigint[],bigint[],jsonb[]"
)

# The only functions that act with the owner's rights, and who may call them.
DEFINERS = {
    "ledger_post(jsonb,text)": {"kontor_app"},
    "ledger_reverse(uuid,date,text,text,uuid,text[])": {"kontor_app"},
    "ledger_allocate(jsonb)": {"kontor_app"},
    "ledger_lock_for_allocation(jsonb)": {"kontor_app"},
    "ledger_undo_allocation(jsonb)": {"kontor_app"},
    "ledger_record_dunning(jsonb)": {"kontor_app"},
    "ledger_open_year(uuid,date)": {"kontor_app"},
    "ledger_open_account(uuid,jsonb)": {"kontor_app"},
    "ledger_rename_account(uuid,text,text)": {"kontor_app"},
    "ledger_close_account(uuid,text,date)": {"kontor_app"},
    "ledger_set_limit(uuid,jsonb,uuid)": {"kontor_app"},
    "ledger_hold(jsonb,text)": {"kontor_app"},
    "ledger_take(uuid,jsonb,text)": {"kontor_app"},
    "ledger_release(uuid,text,text)": {"kontor_app"},
    "ledger_expire_holds(integer)": {"kontor_app"},
    "ledger_set_rate(jsonb,text)": {"kontor_app"},
    "ledger_begin_revaluation(uuid,bytea,text)": {"kontor_app"},
    "ledger_record_revaluation(jsonb,bytea,jsonb)": {"kontor_app"},
    "ledger_set_period(uuid,text,uuid,text,text[],text,uuid,text)": {"kontor_app"},
    "ledger_year_checks(uuid,text)": {"kontor_app", "kontor_reader"},
    "ledger_close_year(uuid,text,text,text,uuid,text,text,uuid)": {"kontor_app"},
    "ledger_reopen_year(uuid,text,uuid,uuid,text,text,uuid)": {"kontor_app"},
    "ledger_draft_seal(integer,bytea)": {"kontor_app"},
    "ledger_seal(bytea,bytea)": {"kontor_app"},
    "ledger_keep_check(uuid,jsonb,text)": {"kontor_app"},
    "ledger_set_budget(jsonb,uuid,text)": {"kontor_app"},
    "ledger_activate_budget(uuid,uuid)": {"kontor_app"},
    "ledger_begin_import(uuid,text,text,jsonb,bigint,uuid)": {"kontor_app"},
    f"ledger_import(uuid,bigint,{CHUNK})": {"kontor_app"},
    f"ledger_preview_import(uuid,text,{CHUNK})": {"kontor_app"},
    "tenant_ids()": {"kontor_app"},
    f"ledger_look_at_import(uuid,text,{CHUNK})": {"kontor_app", "kontor_reader"},
    "advance_clock(interval)": {"kontor_app"},
    "starts_without_process()": {"kontor_app"},
    # A trigger: nobody calls it.
    "keep_version()": set(),
    "audit_note(text,uuid,text,jsonb)": {"kontor_app", "kontor_edge"},
    "only_tenant()": {"kontor_edge"},
    "end_invitations(uuid)": {"kontor_app"},
    "sandboxes_made()": {"kontor_app", "kontor_reader"},
    "sandbox_begin(uuid,text,boolean)": {"kontor_app"},
    "sandbox_archive(uuid)": {"kontor_app"},
    "sandbox_let_in(text,uuid)": {"kontor_app"},
    "audit_draft_seal(integer,bytea)": {"kontor_app"},
    "audit_seal(bytea,xid8,uuid,bytea)": {"kontor_app"},
}
# What belongs to the edge, and no other login of the API writes.
EDGE = [
    "api_key_uses", "bulk_instructions", "definition_drafts", "idempotency_keys", "invitations",
    "notification_reads", "passwords", "refresh_tokens", "selection_items", "selections",
    "sessions", "sign_in_failures", "uploads",
]  # fmt: skip
# What no other login reads, either.
SECRETS = [
    "api_key_secrets", "idempotency_keys", "invitations", "passwords", "refresh_tokens", "sessions",
    "sign_in_failures",
]  # fmt: skip
PATHS = "search_path=public, pg_temp"
# The setting is unknown to a new session, and empty in one that had it in an earlier transaction.
NO_TENANT = r'kontor\.tenant|type uuid: ""'


@pytest.fixture(scope="module")
def tenants(database):
    """Two tenants, each with an entry."""
    made = [open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY) for _ in range(2)]
    for tenant in made:
        book = Book(database, tenant)
        book.post(book.sale())
    return made


@pytest.fixture
def rows(database):
    """Asks the catalogue as the superuser."""

    def ask(query):
        with database.admin.connect() as connection:
            return connection.execute(text(query)).all()

    return ask


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}",
        "UPDATE {table} SET tenant_id = tenant_id",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
    ],
)
def test_no_login_writes_the_ledger_past_its_functions(database, tenants, table, statement):
    for engine in (database.app, database.reader, database.edge):
        with (
            pytest.raises(DBAPIError) as caught,
            transaction(engine, tenants[0].id) as connection,
        ):
            connection.exec_driver_sql(statement.format(table=table))
        allowed = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
        assert isinstance(caught.value.orig, allowed)


@pytest.mark.parametrize(
    "table", ["journal_entries", "postings", "voucher_numbers", "open_items", "allocation_lines"]
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_not_even_the_owner_changes_what_was_posted(database, tenants, table, statement):
    with (
        pytest.raises(Exception, match="record_must_stay"),
        as_owner(database.admin, tenants[0].id) as connection,
    ):
        connection.exec_driver_sql(statement.format(table))


def test_not_even_the_owner_posts_what_does_not_balance(database, tenants):
    with (
        pytest.raises(Exception, match="entry_must_balance"),
        as_owner(database.admin, tenants[0].id) as connection,
    ):
        connection.exec_driver_sql(
            "INSERT INTO postings SELECT tenant_id, entry_id, 9, account_id, entry_date, currency,"
            " amount, base_amount, dimension_set_id FROM postings LIMIT 1"
        )


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_the_rows_of_another_tenant_are_invisible(database, tenants, table):
    """Under the owner's rights, so that only row security is between them."""
    mine, other = tenants
    with as_owner(database.admin, mine.id) as connection:
        seen = connection.scalars(text(f"SELECT DISTINCT tenant_id FROM {table}")).all()
        touched = text(f"SELECT FROM {table} WHERE tenant_id = :other FOR UPDATE")
        assert connection.execute(touched, {"other": other.id}).all() == []
    assert seen in ([], [mine.id])


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_a_row_for_another_tenant_is_refused(database, tenants, table):
    """A row of nulls but for the tenant: row security speaks before any constraint."""
    mine, other = tenants
    columns = [column.name for column in METADATA.tables[table].c]
    has_identity = any(column.identity for column in METADATA.tables[table].c)
    generated = "OVERRIDING SYSTEM VALUE" if has_identity else ""
    values = ", ".join(f"'{other.id}'" if name == "tenant_id" else "NULL" for name in columns)
    with pytest.raises(DBAPIError) as caught, as_owner(database.admin, mine.id) as connection:
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({', '.join(columns)}) {generated} VALUES ({values})"
        )
    assert isinstance(caught.value.orig, errors.InsufficientPrivilege)
    assert "row-level security" in str(caught.value.orig)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_without_a_tenant_every_table_says_so(database, tenants, table):
    with database.admin.connect() as connection:
        connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")
        # Row by row, an empty table would never ask for the tenant.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        with pytest.raises(DBAPIError, match=NO_TENANT):
            connection.exec_driver_sql(f"SELECT FROM {table}")


def test_the_functions_act_for_the_current_tenant_alone(database, tenants):
    mine, other = tenants
    book = Book(database, mine)
    before = Book(database, other).state()
    foreign = Book(database, other)

    (outcome,) = book.post_batch(("foreign", foreign.sale()))
    assert outcome.outcome == "refused"
    with foreign.transaction() as connection:
        entry = connection.scalar(text("SELECT id FROM journal_entries"))
    with pytest.raises(Exception, match="entry_must_exist"):
        book.reverse(entry)

    assert foreign.state() == before


def test_row_security_is_forced_on_every_table_of_a_tenant(rows):
    unforced = rows("""
        SELECT relname FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT (relrowsecurity AND relforcerowsecurity)
          AND relname NOT IN ('alembic_version', 'definitions')
    """)
    assert unforced == []


def test_every_table_of_the_database_with_a_tenant_is_known_here(rows):
    found = rows("""
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY table_name
    """)
    assert [row.table_name for row in found] == TENANT_TABLES


def test_keys_uniques_and_references_between_tenant_tables_carry_the_tenant(rows):
    without = rows("""
        SELECT conrelid::regclass || ': ' || pg_get_constraintdef(c.oid) AS said
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = conrelid AND a.attname = 'tenant_id'
        WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
          AND NOT a.attnum = ANY (conkey)
          AND NOT (contype = 'f' AND confrelid = 'definitions'::regclass)
    """)
    assert [row.said for row in without] == []


def test_what_names_a_row_of_another_table_refers_to_it(rows):
    """An id column without a foreign key is listed with the reason it has none."""
    free = {
        "journal_entries.process_id": "written by the process itself, in its own transaction",
        "journal_entries.document_id": "as above",
        "holds.process_id": "as above",
        "voucher_numbers.company_id": "through its entry",
        "open_items.company_id": "through its posting, which has the account",
        "open_items.account_id": "as above",
        "open_items.party_id": "through its posting's entry",
        "processes.document_id": "the process is written before its document",
        "decisions.process_id": "through its task",
        "idempotency_keys.subject_id": "a key is used before what it makes exists",
        "processes.workflow_id": "Temporal's",
        "selection_items.workflow_id": "as above",
        "selection_items.item_id": "a task or an exception",
        "bulk_instructions.process_id": "they are signed before the process is written",
        "archived_histories.run_id": "Temporal's",
        "unopened_processes.process_id": "that no process was opened is what it says",
        "unopened_processes.workflow_id": "Temporal's",
    }
    found = rows("""
        SELECT relname || '.' || attname AS name
        FROM pg_attribute a JOIN pg_class r ON r.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attname LIKE '%\\_id'
          AND attname NOT IN ('tenant_id', 'transaction_id')
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'f'
                          AND attnum = ANY (conkey))
    """)
    assert sorted(row.name for row in found) == sorted(free)


def test_only_listed_functions_act_with_the_owners_rights(rows):
    found = rows("""
        SELECT p.oid::regprocedure::text AS name, pg_get_userbyid(proowner) AS owner,
               proconfig AS settings,
               array_remove(array_agg(coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')),
                            'kontor_owner') AS callers
        FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
        WHERE pronamespace = 'public'::regnamespace AND prosecdef
        GROUP BY p.oid
    """)
    assert {row.name: set(row.callers) for row in found} == DEFINERS
    assert {row.owner for row in found} == {OWNER}
    assert all(PATHS in row.settings for row in found)


def test_nobody_but_the_owner_makes_anything_in_the_schema(rows):
    makers = rows("""
        SELECT rolname FROM pg_roles
        WHERE has_schema_privilege(oid, 'public', 'CREATE') AND NOT rolsuper
          AND rolname NOT LIKE 'pg\\_%'
    """)
    assert [row.rolname for row in makers] == [OWNER]


def test_the_reader_writes_nothing_and_the_edge_only_its_tables(rows):
    writing = "('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')"
    granted = rows(f"""
        SELECT DISTINCT a.grantee::regrole::text AS login, relname AS name
        FROM pg_class, aclexplode(relacl) AS a
        WHERE relnamespace = 'public'::regnamespace AND a.grantee <> relowner
          AND a.privilege_type IN {writing} AND a.grantee::regrole::text <> 'kontor_app'
    """)
    assert sorted(map(tuple, granted)) == [("kontor_edge", name) for name in EDGE]


def test_the_reader_cannot_write_even_what_it_creates(database, tenants):
    with (
        pytest.raises(DBAPIError) as caught,
        transaction(database.reader, tenants[0].id) as connection,
    ):
        connection.exec_driver_sql("CREATE TABLE mine (id integer)")
    assert isinstance(caught.value.orig, errors.ReadOnlySqlTransaction)


def test_the_reader_stays_within_its_grants_though_it_lifts_read_only(database, tenants):
    with database.reader.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        connection.exec_driver_sql(f"SET LOCAL kontor.tenant = '{tenants[0].id}'")
        with pytest.raises(DBAPIError) as caught:
            connection.exec_driver_sql("UPDATE parties SET name = 'Mine'")
    assert isinstance(caught.value.orig, errors.InsufficientPrivilege)


@pytest.mark.parametrize("table", SECRETS)
def test_nobody_but_the_edge_reads_its_secrets(database, tenants, table):
    for engine in (database.app, database.reader):
        with (
            pytest.raises(DBAPIError) as caught,
            transaction(engine, tenants[0].id) as connection,
        ):
            connection.exec_driver_sql(f"SELECT FROM {table}")
        assert isinstance(caught.value.orig, errors.InsufficientPrivilege)


def test_not_even_the_owner_changes_the_audit_log(database, tenants):
    for statement in ("UPDATE audit_log SET kind = ''", "DELETE FROM audit_log"):
        with (
            pytest.raises(Exception, match="record_must_stay"),
            as_owner(database.admin, tenants[0].id) as connection,
        ):
            connection.exec_driver_sql(statement)


def test_the_edge_keeps_its_keys_and_reads_no_business(database, tenants):
    key = {"tenant": tenants[0].id, "subject": uuid4()}
    with transaction(database.edge, tenants[0].id) as connection:
        connection.execute(
            text(
                "INSERT INTO idempotency_keys"
                " (tenant_id, key, request_hash, subject_id, held_until)"
                " VALUES (:tenant, 'key', 'hash', :subject, now())"
            ),
            key,
        )
        connection.execute(text("UPDATE idempotency_keys SET status = 202"))
    with pytest.raises(DBAPIError), transaction(database.edge, tenants[0].id) as connection:
        connection.execute(text("SELECT FROM processes"))


def test_the_registry_of_tenants_is_the_owners(database, tenants):
    with transaction(database.app, tenants[0].id) as connection:
        assert connection.scalars(text("SELECT id FROM tenants")).all() == [tenants[0].id]
        known = connection.scalars(text("SELECT tenant_ids()")).all()
    assert {tenant.id for tenant in tenants} <= set(known)
