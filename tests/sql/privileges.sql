-- Who may do what, proved from the catalogue and by trying.
begin;
select * from no_plan();
select village.build();

-- --- the service's role ------------------------------------------------------
select is(count(*)::int, 0, 'the service owns nothing here and is in no other role')
  from pg_roles r
 where r.rolname = 'kentongan'
   and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls
        or exists (select 1 from pg_auth_members m where m.member = r.oid)
        or exists (select 1 from pg_class c where c.relowner = r.oid)
        or exists (select 1 from pg_namespace n where n.nspowner = r.oid));

select cmp_ok(count(*), '>', 25::bigint, 'there are tables to look at')
  from pg_class where relnamespace = 'kentongan'::regnamespace and relkind = 'r';
select cmp_ok(count(*) filter (where pronamespace = 'kentongan'::regnamespace), '>', 60::bigint, 'there are inner functions') from pg_proc;
select cmp_ok(count(*) filter (where pronamespace = 'api'::regnamespace), '>', 25::bigint, 'there are functions for the service')
  from pg_proc;

select is_empty($$
    select c.oid::regclass, p from pg_class c, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
     where c.relnamespace in ('kentongan'::regnamespace, 'api'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
       and (has_table_privilege('kentongan', c.oid, p)
            or p not in ('DELETE', 'TRUNCATE', 'TRIGGER') and has_any_column_privilege('kentongan', c.oid, p))
    $$, 'the service writes no table and no column');
select is_empty($$
    select c.oid::regclass from pg_class c
     where c.relnamespace = 'kentongan'::regnamespace and case when c.relkind = 'S' then has_sequence_privilege('kentongan', c.oid, 'USAGE, UPDATE') end
    $$, 'the service draws from no sequence');
select is_empty($$
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'kentongan'::regnamespace and has_function_privilege('kentongan', p.oid, 'EXECUTE')
    $$, 'the service can execute no inner function');
select is_empty($$
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'api'::regnamespace and not has_function_privilege('kentongan', p.oid, 'EXECUTE')
    $$, 'the service can execute everything in api');
select is_empty($$
    select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace) and a.grantee = 0
    $$, 'PUBLIC can execute nothing');
select is_empty($$
    select c.oid::regclass from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     where c.relnamespace in ('api'::regnamespace, 'kentongan'::regnamespace) and a.grantee = 0
    $$, 'PUBLIC can read nothing');
select is_empty($$
    select s from unnest(array['kentongan', 'api', 'public']) s where has_schema_privilege('kentongan', s, 'CREATE')
    $$, 'the service can create nothing');
select ok(not has_database_privilege('kentongan', current_database(), 'CREATE, TEMPORARY'), 'not even for itself');
select ok(not has_column_privilege('kentongan', 'kentongan.one_time_codes', c, 'SELECT'),
          format('the service can''t read one_time_codes.%s', c))
  from unnest(array['hash', 'salt']) c;

select lives_ok($$ select village.as_role('kentongan',
                    'select id, request_id, person_id, expires_at, closed_at from kentongan.one_time_codes') $$,
                'the service reads the rest of one_time_codes');
select village.refused('kentongan', s, '42501', 'the service is refused: ' || s)
  from unnest(array['select * from kentongan.one_time_codes', 'select kentongan.post(1, ''x'', ''{}'', ''{}'', 1)',
                    'update kentongan.clock set shift = ''1 day''', 'update kentongan.accounts set balance = 1',
                    'delete from kentongan.audit_log', 'truncate kentongan.messages',
                    'insert into kentongan.outbox default values']) s;

-- A type of the service's own must not slip under a function of the owner's.
-- (Nothing else may run meanwhile: it would keep plans with these types.)
savepoint types;
select current_database() as db \gset
grant temporary on database :"db" to kentongan;
set local role kentongan;
create function pg_temp.spy(x pg_catalog.text) returns boolean language plpgsql as $$
begin
    if current_user = 'kentongan_owner' then
        raise exception 'running as the owner' using errcode = 'KT666';
    end if;
    return true;
end $$;
create domain pg_temp.text as pg_catalog.text check (pg_temp.spy(value::pg_catalog.text));
create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.spy(value::pg_catalog.text));
create domain pg_temp.timestamptz as pg_catalog.timestamptz check (pg_temp.spy(value::pg_catalog.text));
create table pg_temp.pg_timezone_names (name pg_catalog.text);
select outcome from api.handle_message('sms', 'desa', '+6281200000023', decode(md5('t'), 'hex'), 0, 'SETOR', 1, false,
    null, 'ok', 'SETOR', '{"amount": 51000}', '', null, null, 'ok', '{"sender": 9, "group": 9, "channel": 9, "late": 15}', false) \gset
select api.group_add('x', 'TEMP', 'TEMP', '{}') as added \gset
rollback to types;
select is(:'outcome'::text, 'setor', 'types in pg_temp aren''t used by the owner''s functions');
select ok(:added > 0, 'nor are tables');

-- --- every function ------------------------------------------------------------
select is_empty($$
    select p.oid::regprocedure, p.proconfig from pg_proc p
     where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace)
       and 'search_path=pg_catalog, pg_temp' <> all (coalesce(p.proconfig, '{}'))
    $$, 'every function has a fixed search_path that names pg_temp last');
select is_empty($$
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'api'::regnamespace and not p.prosecdef
    $$, 'every function in api runs as its owner');
select is_empty($$
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace) and pg_get_userbyid(p.proowner) <> 'kentongan_owner'
    $$, 'every function is the owner role''s');
select is_empty($$
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace)
       and coalesce(obj_description(p.oid, 'pg_proc'), '') = ''
    $$, 'every function has a comment');
select is_empty($$
    select c.oid::regclass from pg_class c
     where c.relnamespace in ('api'::regnamespace, 'kentongan'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
       and coalesce(obj_description(c.oid, 'pg_class'), '') = ''
    $$, 'every table and view has a comment');
select is_empty($$
    select t.typname from pg_type t
     where t.typnamespace in ('api'::regnamespace, 'kentongan'::regnamespace)
       and (t.typtype = 'd' or t.typtype = 'c' and exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
       and coalesce(obj_description(t.oid, 'pg_type'), obj_description(t.typrelid, 'pg_class'), '') = ''
    $$, 'every type has a comment');
select ok(obj_description(n.oid, 'pg_namespace') is not null, format('schema %s has a comment', n.nspname))
  from pg_namespace n where n.nspname in ('api', 'kentongan');

-- --- not even the owner ----------------------------------------------------------
-- One row in each, so that a row trigger has something to refuse.
select is(village.says(23, 'SETOR', '{"amount": 50000}'), 'setor', 'a deposit is noted');
select is(village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))), 'terima', 'and confirmed');
select is((select count(*)::int from kentongan.receipts), 2, 'there are receipts');
insert into kentongan.audit_chain select 1, min(id), sha256('x') from kentongan.audit_log;
insert into kentongan.audit_seals (sequence, key_id, public_key, signature)
values (1, 'k', sha256('x'), sha256('x') || sha256('y'));

select village.refused('kentongan_owner', format('update kentongan.%I set %I = %I', t.name, t.col, t.col), '42501',
                       format('the owner can''t update %s', t.name))
  from (values ('journal_entries', 'reason'), ('postings', 'amount'), ('audit_log', 'action'), ('audit_chain', 'hash'),
               ('audit_seals', 'key_id'), ('receipts', 'at')) as t(name, col);
select village.refused('kentongan_owner', format('delete from kentongan.%I', t), '42501', format('the owner can''t delete from %s', t))
  from unnest(array['journal_entries', 'postings', 'audit_log', 'audit_chain', 'audit_seals', 'receipts', 'accounts']) t;
select village.refused('kentongan_owner', format('truncate kentongan.%I cascade', t), '42501', format('the owner can''t truncate %s', t))
  from unnest(array['journal_entries', 'postings', 'audit_log', 'audit_chain', 'audit_seals', 'receipts', 'accounts']) t;
select village.refused('kentongan_owner', 'update kentongan.accounts set balance = balance + 1', '42501', 'the owner can''t set a balance');
select village.refused('kentongan_owner', 'update kentongan.accounts set kind = ''sukarela'' where kind = ''wajib''', '42501',
                       'the owner can''t turn an account into another');
select village.refused('kentongan_owner', 'insert into kentongan.accounts (group_id, kind, balance) values (village.group_id(), ''fund'', 5)',
                       '42501', 'an account can''t open with a balance');
select api.group_add('test', 'OTHER', 'OTHER', '{}') > 0 as other \gset
select village.refused('kentongan_owner', 'insert into kentongan.accounts (group_id, kind, member_id) '
                       'values ((select id from kentongan.groups where code = ''OTHER''), ''wajib'', village.member(23))',
                       '23503', 'nor belong to a member of another group');

select * from finish();
rollback;
