-- DAFTAR: somebody wants to belong to a group. Asked for consent first, then
-- put to an officer; only then anything of it is kept.

create or replace function kentongan.clean_name(p_name text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select initcap(btrim(left(btrim(regexp_replace(regexp_replace(p_name, '[^[:alpha:] '']+', ' ', 'g'), '\s+', ' ', 'g')), 40)))
$$;
comment on function kentongan.clean_name(text) is 'A person''s name as we keep it: letters, spaces and apostrophes, at most 40';

create or replace function kentongan.cmd_daftar(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_name text := kentongan.clean_name(a ->> 'text');
    g kentongan.groups;
    v_answered text;
begin
    select * into g from kentongan.groups where code = upper(a ->> 'group');
    if not found then
        perform kentongan.reply(c, 'join_group', jsonb_build_object('heard', left(upper(a ->> 'group'), 12)));
        return 'join_group';
    end if;
    if length(v_name) < 2 then
        perform kentongan.reply(c, 'usage_daftar');
        return 'usage';
    end if;
    v_answered := kentongan.join_known(c, g.id, v_name);
    if v_answered is not null then
        return v_answered;
    end if;
    perform kentongan.ask_consent(c, g.code, v_name);
    perform kentongan.reply(c, 'join_consent', kentongan.group_params(g.id) || jsonb_build_object('applicant', v_name));
    return 'join_consent';
end $$;
comment on function kentongan.cmd_daftar(kentongan.ctx, jsonb) is
    'DAFTAR group name, from any number: says what would be kept, and for what, and asks for YA; until then nothing is put to anybody';

create or replace function kentongan.join_known(c kentongan.ctx, p_group bigint, p_name text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_member bigint;
    r kentongan.requests;
begin
    select id into v_member from kentongan.members
     where id = any (kentongan.members_of_phone((select id from kentongan.phones where msisdn = c.peer)))
       and group_id = p_group and lower(name) = lower(p_name);
    if found then
        perform kentongan.reply(c, 'join_member', kentongan.member_params(v_member));
        return 'join_member';
    end if;
    select * into r from kentongan.requests
     where kind = 'join' and status = 'pending' and group_id = p_group and peer = c.peer and expires_at > c.at
       and lower(details ->> 'applicant') = lower(p_name)
     order by id desc limit 1;
    if found then
        perform kentongan.reply(c, 'join_waits', kentongan.request_params(r));
        return 'join_waits';
    end if;
    return null;
end $$;
comment on function kentongan.join_known(kentongan.ctx, bigint, text) is
    'Null where this name from this number is new to the group; otherwise answers: a member already, or waiting already';

create or replace function kentongan.apply_to_join(c kentongan.ctx, q kentongan.questions) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_name text := q.args ->> 'text';
    v_group bigint := (select id from kentongan.groups where code = q.args ->> 'group');
    v_answered text := kentongan.join_known(c, v_group, v_name);
    v_sharer bigint := (kentongan.members_of_phone(c.phone_id))[1];
    r kentongan.requests;
begin
    if v_answered is not null then
        return v_answered;
    end if;
    r := kentongan.request_open(c, 'join', v_group, null, null,
        p_details => jsonb_build_object('applicant', v_name, 'phone', c.peer, 'consent', c.at));
    -- An officer on the applicant's phone is no other pair of eyes.
    if kentongan.request_ask(c, r, v_sharer) is null then
        update kentongan.requests set status = 'cancelled', decided_at = c.at where id = r.id;
        perform kentongan.reply(c, 'join_nobody', kentongan.group_params(v_group));
        return 'request_nobody';
    end if;
    perform kentongan.reply(c, 'join_waits', kentongan.request_params(r));
    return 'join_waits';
end $$;
comment on function kentongan.apply_to_join(kentongan.ctx, kentongan.questions) is
    'YA to joining: the request, with the moment of consent, is put to an officer who isn''t on the applicant''s phone';

create or replace function kentongan.do_join(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_name text := r.details ->> 'applicant';
    v_member bigint;
    v_params jsonb;
begin
    -- One number after another in a group.
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    select m.id into v_member
      from kentongan.members m
      join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
      join kentongan.phones p on p.id = mp.phone_id
     where m.group_id = r.group_id and m.status = 'active' and lower(m.name) = lower(v_name) and p.msisdn = r.peer;
    if found then
        update kentongan.requests set status = 'rejected', reason = 'a member already' where id = r.id;
        perform kentongan.reply(c, 'join_member', kentongan.member_params(v_member));
        return 'join_member';
    end if;
    insert into kentongan.members (group_id, number, name, short_name, joined_on, consent_at)
    select r.group_id, 1 + coalesce(max(number), 0), v_name, kentongan.short_name(v_name), kentongan.today(r.group_id),
           (r.details ->> 'consent')::timestamptz
      from kentongan.members where group_id = r.group_id
    returning id into v_member;
    perform kentongan.give_phone(v_member, r.peer);
    update kentongan.requests set member_id = v_member where id = r.id;
    v_params := kentongan.member_params(v_member) || jsonb_build_object('applicant', v_name, 'phone', r.peer)
        || kentongan.officer_params(p_officer);
    perform kentongan.reply(c, 'join_done', v_params);
    perform kentongan.tell(v_member, 'join_welcome', v_params, 'notice', c);
    return 'join';
end $$;
comment on function kentongan.do_join(kentongan.ctx, kentongan.requests, bigint) is
    'A new member under the group''s next number, with the phone that asked and the consent given; member and officer are told';

create or replace function kentongan.join_rejected(c kentongan.ctx, r kentongan.requests, p_params jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.reply(c, 'join_rejected', p_params);
    perform kentongan.enqueue(r.peer, 'join_rejected', p_params, (select lang from kentongan.groups where id = r.group_id),
                              'notice', c.channel, c.message_id, null, r.group_id);
    return 'tolak';
end $$;
comment on function kentongan.join_rejected(kentongan.ctx, kentongan.requests, jsonb) is
    'An officer said no to somebody who wants to join: both read the reason';

create or replace function kentongan.join_expired(r kentongan.requests) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.enqueue(r.peer, 'join_expired', kentongan.request_params(r),
                              (select lang from kentongan.groups where id = r.group_id), 'notice', null, null, null, r.group_id);
end $$;
comment on function kentongan.join_expired(kentongan.requests) is 'Who wants to join, and is nobody''s number yet, hears that nobody answered';
