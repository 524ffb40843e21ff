-- What became of a broadcast, for who sent it.

create or replace function kentongan.broadcast_code(b kentongan.broadcasts) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce((select code from kentongan.requests where id = b.request_id), 'S-' || b.id)
$$;
comment on function kentongan.broadcast_code(kentongan.broadcasts) is 'Its code: the request''s by which an officer sent it, else S- and its number';

create or replace function kentongan.broadcast_failed(p_id bigint)
returns table (peer text, member_id bigint, why text, error text)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select o.peer, o.member_id, o.status, o.error from kentongan.outbox o
     where o.broadcast_id = p_id and o.status in ('undelivered', 'failed', 'expired', 'uncertain')
     order by o.id
$$;
comment on function kentongan.broadcast_failed(bigint) is 'Who was meant to get a broadcast and didn''t, or nobody knows whether, and why';

create or replace function kentongan.broadcast_report_params(b kentongan.broadcasts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    n record;
    v_failed bigint;
    v_skips jsonb := kentongan.broadcast_skipped(b.id);
begin
    select * into n from kentongan.broadcast_counted(b.id);
    v_failed := n.undelivered + n.failed + n.expired + n.uncertain;
    return kentongan.group_params(b.group_id) || jsonb_build_object('code', kentongan.broadcast_code(b),
        'people', b.total, 'sent', n.sent + n.delivered + n.undelivered, 'delivered', n.delivered, 'failed', v_failed,
        'ended', case when b.status = 'cancelled' then 'x' end,
        'unsent', nullif(n.cancelled, 0),
        'lines', (select coalesce(jsonb_agg(jsonb_build_object('who', coalesce(m.short_name || '(' || m.number || ')', f.peer),
                                                               'why', 'why_' || f.why) order by f.n), '[]')
                    from (select *, row_number() over () as n from kentongan.broadcast_failed(b.id) limit 3) f left join kentongan.members m on m.id = f.member_id),
        'more', nullif(greatest(v_failed - 3, 0), 0),
        'skips', nullif(b.skipped, 0), 'stopped', v_skips -> 'stop', 'often', v_skips -> 'often', 'same', v_skips -> 'same',
        'nophone', v_skips -> 'phone');
end $$;
comment on function kentongan.broadcast_report_params(kentongan.broadcasts) is
    'What the report says: how many it left for, how many got it by now, who didn''t and why, the first three by name';

create or replace function kentongan.broadcast_report(b kentongan.broadcasts) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb;
begin
    update kentongan.broadcasts set reported_at = kentongan.now() where id = b.id and reported_at is null;
    if not found or b.created_by is null or b.kind not in ('siaran', 'minutes', 'meeting') then
        return;
    end if;
    v_params := kentongan.broadcast_report_params(b);
    -- An invitation's answers tell themselves whether it has come.
    if b.kind <> 'meeting' or (v_params ->> 'failed')::int > 0 then
        perform kentongan.tell(b.created_by, 'siaran_report', v_params);
        perform kentongan.wake();
    end if;
end $$;
comment on function kentongan.broadcast_report(kentongan.broadcasts) is
    'Tells who sent it, once, how many it left for and who didn''t get it and why; of an invitation only where somebody didn''t';
