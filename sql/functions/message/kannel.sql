create or replace function api.kannel_state(p_name text, p_state text, p_words text, p_prefixes text, p_country text,
                                            p_cap int, p_price int, p_pace int, p_jitter int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform api.channel_state(p_name, p_state, p_words, null, kentongan.prefixes_of(p_prefixes, p_country),
                              p_cap, p_price, p_pace, p_jitter);
    -- It hears while it sends: with no pace it needs none.
    update kentongan.channels
       set transport = 'kannel', pace_ms = p_pace, next_at = case when p_pace = 0 then '-infinity' else next_at end
     where name = p_name and (transport <> 'kannel' or pace_ms <> p_pace);
end $$;
comment on function api.kannel_state(text, text, text, text, text, int, int, int, int) is
    'As channel_state, for an operator''s account behind Kannel: one that may send broadcasts without a pause between them';

create or replace function kentongan.report_word(p_channel text, p_id bigint, p_attempt int) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when bool_or(type = 1) then 'delivered' when bool_or(type = 16) then 'refused'
                        when bool_or(type = 2) then 'undelivered' when count(*) > 0 then 'left' end
              from kentongan.outbox_reports
             where outbox_id = p_id and attempt = p_attempt and channel = p_channel);
end $$;
comment on function kentongan.report_word(text, bigint, int) is
    'What the reports of one try say together: delivered, refused, undelivered, left (it isn''t with us any more); null = there is none';

create or replace function kentongan.heed_reports(p_id bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
    v_word text;
begin
    select * into strict o from kentongan.outbox where id = p_id;
    v_word := kentongan.report_word(coalesce(o.channel, o.tried), o.id, o.attempts);
    if v_word is null or o.status not in ('sent', 'undelivered', 'uncertain', 'queued')
       or v_word = 'refused' and o.status not in ('sent', 'uncertain') then
        return o.status;
    end if;
    if v_word <> 'refused' and o.status in ('uncertain', 'queued') then
        -- It did leave: it isn't sent again, and it did cost something.
        update kentongan.outbox set status = 'sending', channel = coalesce(channel, tried) where id = p_id;
        perform kentongan.finish(p_id, 'sent', null, coalesce(o.parts, 1), null);
        perform kentongan.count_sent(coalesce(o.channel, o.tried), coalesce(o.parts, 1), o.broadcast_id is not null or o.client_id is not null);
        o.status := 'sent';
    end if;
    o.status := case v_word when 'delivered' then 'delivered' when 'undelivered' then 'undelivered'
                            when 'refused' then 'failed' else o.status end;
    update kentongan.outbox set status = o.status where id = p_id and status <> o.status;
    if v_word = 'refused' then
        update kentongan.outbox
           set error = (select 'the message centre refused it' || coalesce(': ' || nullif(r.answer, ''), '')
                          from kentongan.outbox_reports r
                         where r.outbox_id = p_id and r.attempt = o.attempts and r.channel = o.channel and r.type = 16)
         where id = p_id;
        perform kentongan.audit_failure(p_id);
    end if;
    return o.status;
end $$;
comment on function kentongan.heed_reports(bigint) is
    'Brings a message whose try is over into the state that its reports tell of: also one that waited for another try, or of which nobody knew. What was delivered stays so';

create or replace function api.outbox_reported(p_channel text, p_id bigint, p_attempt int, p_type int, p_at bigint, p_answer text)
returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
begin
    select * into o from kentongan.outbox where id = p_id for update;
    if not found or coalesce(o.channel, o.tried) is distinct from p_channel
       -- Of the try before only while this one may still come to nothing.
       or p_attempt <> o.attempts and not (p_attempt = o.attempts - 1 and o.status = 'sending' and o.tried = p_channel) then
        return null;
    end if;
    insert into kentongan.outbox_reports (outbox_id, attempt, channel, type, at, answer)
    values (p_id, p_attempt, p_channel, p_type, coalesce(to_timestamp(nullif(p_at, 0)), clock_timestamp()), left(p_answer, 200))
    on conflict do nothing;
    -- What is being sent just now heeds it once its outcome is recorded.
    return case when found then kentongan.heed_reports(p_id) else o.status end;
end $$;
comment on function api.outbox_reported(text, bigint, int, int, bigint, text) is
    'A delivery report by our own message and try. The same one again does nothing. Returns the message''s state, null where this channel isn''t sending, and didn''t send, that try of it';
