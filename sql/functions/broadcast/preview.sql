-- What a broadcast would be: to how many, how many SMS, what it costs, how it reads.

create or replace function kentongan.whole_text(p_template text, p_params jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    -- As the catalogue has them; the tests compare.
    select case p_template
        when 'siaran' then format('%s: %s (%s)', p_params ->> 'group', p_params ->> 'text', p_params ->> 'asker')
        when 'minutes' then format('%s: hasil pertemuan %s: %s%s', p_params ->> 'group', p_params ->> 'day', p_params ->> 'text',
                                    ' (' || (p_params ->> 'asker') || ')')
        else p_params ->> 'text' end
$$;
comment on function kentongan.whole_text(text, jsonb) is
    'A wording with the words that stand around it; of templates whose words only the catalogue knows just the wording, null where there is none';

create or replace function kentongan.broadcast_text(b kentongan.broadcasts, p_member bigint, p_peer text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.whole_text(b.template, kentongan.broadcast_params(b.id, p_member, p_peer));
end $$;
comment on function kentongan.broadcast_text(kentongan.broadcasts, bigint, text) is
    'What one recipient would read now; null where only the catalogue knows';

create or replace function kentongan.broadcast_preview(b kentongan.broadcasts, out recipients int, out skipped jsonb, out parts bigint,
                                                       out longest int, out at_most boolean, out cost bigint, out examples jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    -- So many are reckoned one by one; of more, the first stand for all.
    v_each constant int := 5000;
    v_sample constant int := 500;
    v_own boolean := kentongan.has_fields(b.wording);
    v_members bigint[];
    v_peers text[];
begin
    with who as materialized (select r.member_id, r.peer, r.skip from kentongan.recipients(b) r),
    first as (select w.member_id, w.peer from who w where w.skip is null
               order by w.member_id, w.peer limit case when v_own then v_each else 3 end)
    select (select count(*) from who where skip is null),
           (select coalesce(jsonb_object_agg(s.skip, s.n), '{}') from (select skip, count(*) as n from who where skip is not null group by skip) s),
           (select array_agg(member_id order by member_id, peer) from first), (select array_agg(peer order by member_id, peer) from first)
      into recipients, skipped, v_members, v_peers;
    at_most := v_own and recipients > v_each;
    select coalesce(sum(s.n), 0), coalesce(max(s.n), 0) into parts, longest
      from (select kentongan.sms_parts(coalesce(kentongan.broadcast_text(b, f.member_id, f.peer), '')) as n
              from unnest(v_members, v_peers) as f (member_id, peer) limit case when at_most then v_sample end) s;
    if at_most or not v_own then
        parts := longest::bigint * recipients;
    end if;
    cost := parts * kentongan.price_of_sms();
    examples := (select coalesce(jsonb_agg(jsonb_build_object('peer', f.peer, 'name', m.short_name, 'number', m.number,
                                                              'text', kentongan.broadcast_text(b, f.member_id, f.peer)) order by f.n), '[]')
                   from unnest(v_members, v_peers) with ordinality as f (member_id, peer, n)
                   left join kentongan.members m on m.id = f.member_id
                  where f.n <= 3);
end $$;
comment on function kentongan.broadcast_preview(kentongan.broadcasts) is
    'To how many a broadcast goes, who not (reason: how many), SMS in sum and for the longest text, cost (null: no price known), the texts for the first three. With fields each text is reckoned up to 5,000; of more the longest of 500 stands for all (at_most)';

create or replace function kentongan.broadcast_begins(b kentongan.broadcasts) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
    select kentongan.quiet_over(b.quiet, greatest(b.starts_at, kentongan.now()))
$$;
comment on function kentongan.broadcast_begins(kentongan.broadcasts) is 'When its first message may leave: at its time, or when the quiet hours are over';

create or replace function kentongan.broadcast_counted(p_id bigint)
returns table (queued bigint, sending bigint, sent bigint, delivered bigint, undelivered bigint, failed bigint, expired bigint,
               uncertain bigint, cancelled bigint)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(sum(n) filter (where s = 'queued'), 0)::bigint, coalesce(sum(n) filter (where s = 'sending'), 0)::bigint,
           coalesce(sum(n) filter (where s = 'sent'), 0)::bigint, coalesce(sum(n) filter (where s = 'delivered'), 0)::bigint,
           coalesce(sum(n) filter (where s = 'undelivered'), 0)::bigint, coalesce(sum(n) filter (where s = 'failed'), 0)::bigint,
           coalesce(sum(n) filter (where s = 'expired'), 0)::bigint, coalesce(sum(n) filter (where s = 'uncertain'), 0)::bigint,
           coalesce(sum(n) filter (where s = 'cancelled'), 0)::bigint
      from (select became as s, n from kentongan.broadcast_counts where broadcast_id = p_id
            union all
            select was, -n from kentongan.broadcast_counts where broadcast_id = p_id and was is not null) x
$$;
comment on function kentongan.broadcast_counted(bigint) is
    'How many of a broadcast''s messages are in each state; quick, however many they are';

create or replace function kentongan.broadcast_skipped(p_id bigint) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_object_agg(substr(became, 9), n), '{}') from kentongan.broadcast_counts
     where broadcast_id = p_id and became like 'skipped %'
$$;
comment on function kentongan.broadcast_skipped(bigint) is 'How many a broadcast wasn''t sent to, by reason';

create or replace function kentongan.broadcast_counts_fold() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_old timestamptz := clock_timestamp() - interval '10 minutes';
    v_n int;
begin
    with old as (
        delete from kentongan.broadcast_counts
         where broadcast_id = any (array(select distinct broadcast_id from kentongan.broadcast_counts where at > '-infinity' and at < v_old))
           and at < v_old
        returning broadcast_id, was, became, n)
    insert into kentongan.broadcast_counts (broadcast_id, was, became, n, at)
    select broadcast_id, was, became, sum(n), '-infinity' from old group by 1, 2, 3;
    get diagnostics v_n = row_count;
    return v_n;
end $$;
comment on function kentongan.broadcast_counts_fold() is
    'Adds up the counts that are older than ten minutes; what is younger tells how fast a broadcast goes';
