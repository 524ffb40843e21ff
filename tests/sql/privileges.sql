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

select ok(not has_table_privilege('kentongan', c.oid, p.privilege),
          format('the service has no %s on %s', p.privilege, c.oid::regclass))
  from pg_class c, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as p(privilege)
 where c.relnamespace = 'kentongan'::regnamespace and c.relkind in ('r', 'p', 'v', 'm');

select ok(not has_any_column_privilege('kentongan', c.oid, 'INSERT, UPDATE, REFERENCES'),
          format('nor on any column of %s', c.oid::regclass))
  from pg_class c where c.relnamespace = 'kentongan'::regnamespace and c.relkind in ('r', 'p', 'v', 'm');

select ok(not has_sequence_privilege('kentongan', c.oid, 'USAGE, UPDATE'), format('nor on sequence %s', c.oid::regclass))
  from pg_class c where c.relnamespace = 'kentongan'::regnamespace and c.relkind = 'S';

select ok(not has_function_privilege('kentongan', p.oid, 'EXECUTE'),
          format('the service can''t execute %s', p.oid::regprocedure))
  from pg_proc p where p.pronamespace = 'kentongan'::regnamespace;

select ok(has_function_privilege('kentongan', p.oid, 'EXECUTE'), format('the service can execute %s', p.oid::regprocedure))
  from pg_proc p where p.pronamespace = 'api'::regnamespace;

select ok(not exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0),
          format('PUBLIC can''t execute %s', p.oid::regprocedure))
  from pg_proc p where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace);

select ok(not has_schema_privilege('kentongan', s, 'CREATE'), format('the service can''t create in schema %s', s))
  from unnest(array['kentongan', 'api', 'public']) s;

select ok(not has_column_privilege('kentongan', 'kentongan.officer_codes', c, 'SELECT'),
          format('the service can''t read officer_codes.%s', c))
  from unnest(array['hash', 'salt']) c;

select lives_ok($$ select village.as_role('kentongan',
                    'select id, request_id, officer_id, expires_at, closed_at from kentongan.officer_codes') $$,
                'the service reads the rest of officer_codes');
select village.refused('kentongan', s, '42501', 'the service is refused: ' || s)
  from unnest(array['select * from kentongan.officer_codes', 'select kentongan.post(1, ''x'', ''{}'', ''{}'', 1)',
                    'update kentongan.clock set shift = ''1 day''', 'update kentongan.accounts set balance = 1',
                    'delete from kentongan.audit_log', 'truncate kentongan.messages',
                    'insert into kentongan.outbox default values']) s;

-- A type of the service's own must not slip under a function of the owner's.
-- (Nothing else may run meanwhile: it would keep plans with these types.)
savepoint types;
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
    null, 'ok', 'SETOR', '{"amount": 51000}', '', null, 'ok', '{"sender": 9, "group": 9, "channel": 9, "late": 15}', false) \gset
select api.group_add('x', 'TEMP', 'TEMP', '{}') as added \gset
rollback to types;
select is(:'outcome'::text, 'setor', 'types in pg_temp aren''t used by the owner''s functions');
select ok(:added > 0, 'nor are tables');

-- --- every function ------------------------------------------------------------
select ok(p.proconfig = array['search_path=pg_catalog, pg_temp'],
          format('%s has a fixed search_path that names pg_temp last', p.oid::regprocedure))
  from pg_proc p where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace);

select ok(p.prosecdef, format('%s runs as its owner', p.oid::regprocedure))
  from pg_proc p where p.pronamespace = 'api'::regnamespace;

select is(pg_get_userbyid(p.proowner), 'kentongan_owner', format('%s is the owner role''s', p.oid::regprocedure))
  from pg_proc p where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace) and p.prosecdef;

select ok(coalesce(obj_description(p.oid, 'pg_proc'), '') <> '', format('%s has a comment', p.oid::regprocedure))
  from pg_proc p where p.pronamespace in ('api'::regnamespace, 'kentongan'::regnamespace);

select ok(coalesce(obj_description(c.oid, 'pg_class'), '') <> '', format('%s has a comment', c.oid::regclass))
  from pg_class c where c.relnamespace in ('api'::regnamespace, 'kentongan'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm');

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
