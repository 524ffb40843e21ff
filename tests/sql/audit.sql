-- The audit log's chain. What needs transactions at the same time: concurrency.sh.
begin;
select * from no_plan();
-- What making the database has left.
select coalesce(max(sequence), 0) as before from api.audit_link(100000) \gset
select api.audit_seal(:before, 'k1', sha256('a'), sha256('b') || sha256('c')) where :before > 0;
select village.build();
select village.says(23, 'SALDO') as asked \gset

-- Rows of this transaction aren't over, so nothing may be linked yet.
select is_empty('select * from api.audit_link(100)', 'rows of a transaction under way aren''t linked');

-- As if an older transaction had written them.
alter table kentongan.audit_log disable trigger user;
update kentongan.audit_log set txid = '3' where txid = pg_current_xact_id();
alter table kentongan.audit_log enable trigger user;
select count(*) as rows from kentongan.audit_log \gset
select is((select sequence from api.audit_link(2)), :before + 2::bigint, 'links come in batches');
select is((select sequence from api.audit_link(100000)), :rows::bigint, 'to the last');
select is((select sequence from api.audit_link(100)), :rows::bigint, 'a head without a seal comes again');
select api.audit_seal(:rows, 'k1', sha256('a'), sha256('b') || sha256('c'));
select is_empty('select * from api.audit_link(100)', 'once it is sealed there is nothing to do');
select results_eq('select audit_id from kentongan.audit_chain order by sequence', 'select id from kentongan.audit_log order by id', 'each row has its place, in order');

-- The chain as anybody can reckon it.
create function pg_temp.broken() returns bigint
language sql volatile as $$
    with recursive link (sequence, hash) as (
        select 0::bigint, sha256('kentongan audit chain')
        union all
        select c.sequence, sha256(link.hash || convert_to(a.text, 'UTF8'))
          from link join kentongan.audit_chain c on c.sequence = link.sequence + 1 join kentongan.audit_canonical a on a.id = c.audit_id
    )
    select min(sequence) from kentongan.audit_chain c left join link using (sequence) where link.hash is distinct from c.hash
$$;
select is(pg_temp.broken(), null, 'every link is the hash of the one before and its row');
select is((select text from kentongan.audit_canonical where id = (select max(id) from kentongan.audit_log where action = 'message.saldo')),
          (select concat_ws(E'\x1f', id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, action, subject, group_id, message_id, details)
             from kentongan.audit_log where action = 'message.saldo'), 'a row''s text has all its fields');
savepoint spoiled;
alter table kentongan.audit_log disable trigger user;
update kentongan.audit_log set details = details || '{"x": 1}' where id = (select audit_id from kentongan.audit_chain where sequence = 3);
select is(pg_temp.broken(), 3::bigint, 'a changed row shows');
rollback to spoiled;
alter table kentongan.audit_chain disable trigger user;
delete from kentongan.audit_chain where sequence = 4;
select is(pg_temp.broken(), 5::bigint, 'a removed link shows');
rollback to spoiled;
set time zone 'Asia/Jayapura';
set datestyle = 'SQL, DMY';
select is(pg_temp.broken(), null, 'the session''s settings don''t matter');
reset time zone;
reset datestyle;

-- Rows that commit late go behind, each once.
alter table kentongan.audit_log disable trigger user;
insert into kentongan.audit_log (at, actor, action, txid) select now(), 'late', 'x', '3' from generate_series(1, 3);
alter table kentongan.audit_log enable trigger user;
select is((select sequence from api.audit_link(1)), :rows + 1::bigint, 'a new row');
select is((select sequence from api.audit_link(100)), :rows + 3::bigint, 'two more');
select is(pg_temp.broken(), null, 'are linked to the same chain');
select is((select count(*) - count(distinct audit_id) from kentongan.audit_chain), 0::bigint, 'no row twice');

-- Seals.
select api.audit_seal(3, 'k1', sha256('a'), sha256('b') || sha256('c'));
select api.audit_seal(3, 'k1', sha256('a'), sha256('d') || sha256('e'));
select is((select signature from kentongan.audit_seals where sequence = 3), sha256('b') || sha256('c'), 'a seal is set once');
select throws_ok($$ select api.audit_seal(99999, 'k1', sha256('a'), sha256('b') || sha256('c')) $$, '23503', null, 'on a link that there is');
select throws_ok($$ select api.audit_seal(4, 'k1', sha256('a'), 'short') $$, '23514', null, 'with a whole signature');
select api.audit_note('service', 'started', 'desa', null, null) as note \gset
select is((select row(actor, action, subject, details)::text from kentongan.audit_log where id = :note), row('service', 'started', 'desa', '{}'::jsonb)::text, 'the service can note something');
select is((select bool_and(sealed) || '/' || count(*) from api.audit_list('melati', 'message', 100)), 'true/1', 'the list says what is in the chain');
select is((select sealed from api.audit_list(null, 'started', 1)), false, 'and what isn''t');

select * from finish();
rollback;
