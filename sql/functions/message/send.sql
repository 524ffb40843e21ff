create or replace function kentongan.wake() returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select pg_notify('kentongan_outbox', '')
$$;
comment on function kentongan.wake() is 'Wakes the channels: something waits in the outbox';

create or replace function kentongan.route(p_peer text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select c.name from kentongan.channels c, unnest(c.prefixes) as prefix
             where starts_with(p_peer, prefix) and kentongan.channel_works(c)
             order by length(prefix) desc, c.name limit 1);
end $$;
comment on function kentongan.route(text) is 'The working channel that this number''s prefix belongs to; null = any';

create or replace function kentongan.channel_works(c kentongan.channels) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select c.state = 'ready' and c.seen_at > clock_timestamp() - interval '15 minutes');
end $$;
comment on function kentongan.channel_works(kentongan.channels) is 'A channel that told of itself lately and is ready';

create or replace function kentongan.by_day(p_on boolean) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select set_config('kentongan.by_day', case when p_on then 'on' else '' end, true)
$$;
comment on function kentongan.by_day(boolean) is
    'From here to by_day(false), or the transaction''s end, what is enqueued is nobody''s answer: it waits until the group''s quiet hours are over';

create or replace function kentongan.day_comes(p_group bigint, p_now timestamptz) returns interval
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if coalesce(current_setting('kentongan.by_day', true), '') = '' or p_group is null then
        return '0';
    end if;
    return coalesce(kentongan.quiet_over(kentongan.quiet_of(array[p_group]), p_now) - p_now, '0');
end $$;
comment on function kentongan.day_comes(bigint, timestamptz) is
    'How long a message to this group has to wait so that it wakes nobody: nothing by day, or where somebody waits for it (by_day)';

create or replace function kentongan.enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text,
                                             p_via text default null, p_message bigint default null,
                                             p_member bigint default null, p_group bigint default null) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_wait interval := kentongan.day_comes(p_group, v_now);
    v_id bigint;
begin
    insert into kentongan.outbox (peer, template, params, lang, class, priority, via, not_before, expires_at, created_at,
                                  message_id, member_id, group_id)
    values (p_peer, p_template, jsonb_strip_nulls(p_params), coalesce(p_lang, 'id'), p_class,
            case p_class when 'reply' then 0 when 'receipt' then 0 when 'notice' then 1 when 'reminder' then 5 else 9 end,
            coalesce((select name from kentongan.channels where name = p_via), kentongan.route(p_peer)),
            case when v_wait > '0' then v_now + v_wait else '-infinity' end,
            v_now + v_wait + case p_class when 'reply' then interval '12 hours' when 'receipt' then interval '14 days'
                                 when 'notice' then interval '3 days' else interval '1 day' end,
            v_now, p_message, p_member, p_group)
    returning id into v_id;
    return v_id;
end $$;
comment on function kentongan.enqueue(text, text, jsonb, text, text, text, bigint, bigint, bigint) is
    'Puts one message into the outbox: class sets its priority and how long it stays useful. Wakes nobody';

create or replace function kentongan.reply(c kentongan.ctx, p_template text, p_params jsonb default '{}') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.enqueue(c.peer, p_template,
        coalesce(kentongan.member_params(c.member_id), '{}') || p_params
        || case when c.late_minutes > 0
                then jsonb_build_object('late_sent', kentongan.stamp(c.sent_at, c.group_id),
                                        'late_noted', kentongan.stamp(c.at, c.group_id))
                else '{}' end,
        c.lang, 'reply', c.channel, c.message_id, c.member_id, c.group_id);
end $$;
comment on function kentongan.reply(kentongan.ctx, text, jsonb) is
    'Answers the sender through the channel that the question came in on; says when a late message was sent and noted';

create or replace function kentongan.tell(p_member bigint, p_template text, p_params jsonb, p_class text default 'notice',
                                          c kentongan.ctx default null) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_peer text := kentongan.phone_of(p_member);
begin
    if v_peer is null then
        return null;
    end if;
    return kentongan.enqueue(v_peer, p_template, p_params, kentongan.lang_of(p_member), p_class,
                             coalesce(kentongan.route(v_peer), case when c.transport is distinct from 'ussd' then c.channel end), c.message_id, p_member,
                             (select group_id from kentongan.members where id = p_member));
end $$;
comment on function kentongan.tell(bigint, text, jsonb, text, kentongan.ctx) is
    'Sends to a member''s own number in the member''s language; null where the member has no phone';

create or replace function kentongan.tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text,
                                                   p_params jsonb, c kentongan.ctx default null) returns int
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select count(kentongan.tell(o.member_id, p_template, p_params, 'notice', c))::int
      from (select distinct member_id from kentongan.officers
             where group_id = p_group and until is null and role = any (p_roles)
               and member_id is distinct from p_except
             order by member_id) o
$$;
comment on function kentongan.tell_officers(bigint, text[], bigint, text, jsonb, kentongan.ctx) is
    'Tells everyone who holds one of these offices, each once; returns how many';

create or replace function kentongan.tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb,
                                                c kentongan.ctx default null) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_told int := kentongan.tell_officers(p_group, array['ketua'], p_except, p_template, p_params, c);
begin
    if v_told = 0 then
        v_told := kentongan.tell_officers(p_group, array['pengawas', 'sekretaris'], p_except, p_template, p_params, c);
    end if;
    return v_told;
end $$;
comment on function kentongan.tell_chair(bigint, bigint, text, jsonb, kentongan.ctx) is
    'Tells the chair; where it is about the chair, or there is none, supervisors and secretary';

create or replace function kentongan.receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb,
                                             c kentongan.ctx) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_number int;
    v_outbox bigint;
begin
    update kentongan.members set receipts = receipts + 1 where id = p_member returning receipts into strict v_number;
    v_outbox := kentongan.tell(p_member, p_template, p_params || jsonb_build_object('receipt', v_number), 'receipt', c);
    if v_outbox is null then
        update kentongan.members set receipts = receipts - 1 where id = p_member;
        return null;
    end if;
    insert into kentongan.receipts (member_id, number, outbox_id, entry_id, at)
    values (p_member, v_number, v_outbox, p_entry, c.at);
    return v_number;
end $$;
comment on function kentongan.receipt(bigint, bigint, text, jsonb, kentongan.ctx) is
    'Sends a receipt under the member''s next number, which it returns (null without a phone)';
