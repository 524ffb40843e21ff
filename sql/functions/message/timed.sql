create or replace function kentongan.expire_requests() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_n int := 0;
begin
    for r in select * from kentongan.requests
              where status in ('confirming', 'pending', 'approved') and expires_at <= (select kentongan.now())
              order by id limit 500 for update skip locked loop
        begin
            perform kentongan.expire_request(r);
            v_n := v_n + (r.status <> 'confirming')::int;
        exception when others then
            perform kentongan.timed_failed('expire_requests', r.code, sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.expire_requests() is
    'Ends what waited too long, at every stage; who asked and who must know is told. What was never confirmed ends in silence';

create or replace function kentongan.expire_request(r kentongan.requests) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.requests set status = 'expired', decided_at = kentongan.now() where id = r.id;
    update kentongan.one_time_codes set closed_at = kentongan.now() where request_id = r.id and closed_at is null;
    if r.kind = 'deposit' then
        perform kentongan.tell_expired_deposit(r);
    elsif r.kind = 'join' then
        perform kentongan.join_expired(r);
    elsif r.status <> 'confirming' then
        perform kentongan.tell_expired(r);
    end if;
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values ('service', 'request.expired', r.code, r.group_id,
            jsonb_build_object('request', r.id, 'kind', r.kind, 'stage', r.status, 'amount', r.amount));
end $$;
comment on function kentongan.expire_request(kentongan.requests) is 'Ends one request that waited too long, and tells whom it concerns';

create or replace function kentongan.tell_expired_deposit(r kentongan.requests) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.request_params(r) || jsonb_build_object('amount', r.amount);
begin
    perform kentongan.tell(r.member_id, 'expired_member', v_params);
    -- A deposit that nobody confirms may have been pocketed: somebody else must know.
    perform kentongan.tell_chair(r.group_id, r.member_id, 'expired_chair', v_params);
    -- Who confirmed it first holds the cash.
    perform kentongan.tell(r.first_officer, 'expired_chair', v_params) where r.first_officer is not null;
end $$;
comment on function kentongan.tell_expired_deposit(kentongan.requests) is 'Member, chair and who has the cash hear that nobody confirmed a deposit';

create or replace function kentongan.tell_expired(r kentongan.requests) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.request_params(r);
    v_asker bigint := coalesce(r.asked_by, r.member_id);
begin
    perform kentongan.tell(v_asker, 'request_expired', v_params) where v_asker is not null;
    perform kentongan.enqueue(r.peer, 'request_expired', v_params,
                              (select lang from kentongan.groups where id = r.group_id), 'notice', p_group => r.group_id)
      where v_asker is null and r.peer is not null;
    -- Cash may have changed hands without the word that should follow.
    if r.status = 'approved' or r.kind in ('payment', 'handover') then
        perform kentongan.tell_chair(r.group_id, v_asker, 'request_expired_chair', v_params);
        perform kentongan.tell(who, 'request_expired_chair', v_params)
           from unnest(array[r.cashier_id, r.first_officer]) who
          where who is not null and who is distinct from v_asker group by who;
    end if;
end $$;
comment on function kentongan.tell_expired(kentongan.requests) is 'Who asked hears that a request has ended; where cash may have changed hands, chair and cashier, too';

create or replace function kentongan.expire_outbox() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_old bigint[] := array(
        select id from kentongan.outbox where status = 'queued' and expires_at <= (select kentongan.now())
         order by id limit 1000 for update skip locked);
    -- What a channel holds that hasn't been heard of: it died and didn't return.
    v_lost bigint[] := array(
        select o.id from kentongan.outbox o left join kentongan.channels k on k.name = o.channel
         where o.status = 'sending' and o.claimed_at < clock_timestamp() - interval '15 minutes'
           and (k.name is null or k.seen_at < clock_timestamp() - interval '15 minutes')
         order by o.id limit 1000 for update of o skip locked);
    v_id bigint;
    v_n int := 0;
begin
    -- Together, since there may be many; one by one only where one of them fails.
    begin
        perform kentongan.expire_message(id) from unnest(v_old || v_lost) id;
        return cardinality(v_old || v_lost);
    exception when others then
        null;
    end;
    foreach v_id in array v_old || v_lost loop
        begin
            perform kentongan.expire_message(v_id);
            v_n := v_n + 1;
        exception when others then
            perform kentongan.timed_failed('expire_outbox', v_id::text, sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.expire_outbox() is 'Ends messages too old to be useful and frees what a vanished channel held; returns how many';

create or replace function kentongan.expire_message(p_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if (select status = 'queued' from kentongan.outbox where id = p_id) then
        perform kentongan.finish(p_id, 'expired', null, null, 'too old to be useful');
    else
        perform kentongan.settle(p_id, 'its modem disappeared while this was being sent');
    end if;
end $$;
comment on function kentongan.expire_message(bigint) is 'Ends one that waited too long, settles one that its channel left behind';

create or replace function kentongan.forget(p_days int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int := 0;
begin
    delete from kentongan.channel_samples where at < clock_timestamp() - interval '90 days';
    delete from kentongan.daily_counts where day < current_date - 60;
    update kentongan.questions set args = args - 'code'
     where args ? 'code' and (answered_at is not null or expires_at <= (select kentongan.now()));
    delete from kentongan.questions where expires_at < (select kentongan.now()) - interval '30 days';
    if p_days > 0 then
        with old as (select id from kentongan.messages
                      where body is not null and received_at < clock_timestamp() - make_interval(days => p_days)
                      order by received_at limit 5000)
        update kentongan.messages m set body = null from old where m.id = old.id;
        get diagnostics v_n = row_count;
        with old as (select id from kentongan.outbox
                      where body is not null and finished_at < clock_timestamp() - make_interval(days => p_days)
                        and class <> 'receipt' order by finished_at limit 5000)
        update kentongan.outbox o set body = null, params = '{}' from old where o.id = old.id;
    end if;
    with old as (select id from kentongan.part_sets
                  where message_id is not null and first_at < clock_timestamp() - interval '60 days'
                  order by id limit 1000),
         parts as (delete from kentongan.message_parts p using old where p.set_id = old.id)
    delete from kentongan.part_sets s using old where s.id = old.id;
    return v_n;
end $$;
comment on function kentongan.forget(int) is 'Retention: drops texts (never receipts) and samples that are older than needed, and codes that questions held until they were over';

create or replace function api.timed_work(p_settings jsonb)
returns table (expired_requests int, expired_messages int, forgotten int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_began timestamptz := clock_timestamp();
    v_n int;
    v_part text;
begin
    -- Who is waiting for a new code has tried an hour ago, and is up.
    v_n := kentongan.timed_part('renew_codes');
    perform kentongan.by_day(true);
    expired_requests := kentongan.timed_part('expire_requests') + kentongan.timed_part('expire_batches');
    expired_messages := kentongan.timed_part('expire_outbox');
    perform kentongan.timed_part('fines_of_day');
    forgotten := kentongan.timed_part('forget', coalesce((p_settings ->> 'retention_days')::int, 0));
    foreach v_part in array '{remind_cases,weekly_reports_due,reminders_due,lessons_due,meetings_due,broadcasts_due,ussd_tidy}'::text[] loop
        v_n := v_n + kentongan.timed_part(v_part);
    end loop;
    perform kentongan.by_day(false);
    perform kentongan.timed_over(v_began);
    if v_n + expired_requests > 0 then
        perform kentongan.wake();
    end if;
    return next;
end $$;
comment on function api.timed_work(jsonb) is
    'What the leader does every minute: expiry, reminders, retention. Harmless when done twice; what fails for one group or request keeps nobody else waiting (timed_failures). Nobody is woken by it at night (by_day)';
