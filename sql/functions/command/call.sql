-- Missed calls. The modem has rejected the call; here is what it asked for.

create or replace function kentongan.call_rule(c kentongan.ctx) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when bool_or(g.missed_call = 'balance') then 'balance'
                        when bool_or(g.missed_call = 'meeting') then 'meeting'
                        else 'nothing' end
              from kentongan.members m join kentongan.groups g on g.id = m.group_id
             where m.id = any (case when c.member_id is null then kentongan.members_of_phone(c.phone_id)
                                    else array[c.member_id] end));
end $$;
comment on function kentongan.call_rule(kentongan.ctx) is
    'What a missed call of this phone is answered with: balance, meeting, nothing. Where several may have called, the most that one of their groups gives';

create or replace function kentongan.call_unanswered(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return case when c.phone_id is null then 'call_unknown'
                when kentongan.call_rule(c) = 'nothing' then 'call_nothing'
                -- A caller's number can be forged: that mustn't use up what she may write that day.
                when kentongan.bump('rings', c.peer) > 10 then 'call_often' end;
end $$;
comment on function kentongan.call_unanswered(kentongan.ctx) is
    'Why a call gets no SMS whatsoever, not even about limits: an unknown number, a group that wants none, the eleventh of a day; null where it gets one';

create or replace function kentongan.call_meeting(c kentongan.ctx) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    if c.member_id is not null then
        return kentongan.next_meeting(c.group_id, c.at);
    end if;
    select n.* into m
      from (select distinct x.group_id from kentongan.members x join kentongan.groups g on g.id = x.group_id
             where x.id = any (kentongan.members_of_phone(c.phone_id)) and g.missed_call <> 'nothing') s,
           kentongan.next_meeting(s.group_id, c.at) n
     where n.id is not null order by n.at limit 1;
    return m;
end $$;
comment on function kentongan.call_meeting(kentongan.ctx) is
    'The next meeting of who calls; of several who may have, the soonest. Null where none is called';

create or replace function kentongan.cmd_call(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_rule text := kentongan.call_rule(c);
    v_pin jsonb := (select case when look_pin then '{"with_pin": true}' else '{}' end from kentongan.groups where id = c.group_id);
    m kentongan.meetings;
    v_answer text;
begin
    -- What she writes where a call can't say enough.
    c.command := 'SALDO';
    if v_rule = 'balance' and c.member_id is null then
        return kentongan.ask_member(c);
    elsif v_rule = 'balance' and v_pin = '{}' then
        return kentongan.cmd_saldo(c, a);
    end if;
    m := kentongan.call_meeting(c);
    if m.id is null then
        v_answer := case when v_rule = 'balance' then 'call_pin' else 'call_no_meeting' end;
        perform kentongan.reply(c, v_answer, kentongan.group_params(c.group_id) || v_pin);
        return v_answer;
    end if;
    perform kentongan.reply(c, 'call_meeting', kentongan.group_params(m.group_id) || kentongan.meeting_params(m) || v_pin);
    return 'call_meeting';
end $$;
comment on function kentongan.cmd_call(kentongan.ctx, jsonb) is
    'A missed call, answered by one SMS as the group''s rule has it: SALDO, the next meeting. A call shows no PIN: where looking needs it, no figures, but the meeting. Nothing is asked back that a reply would have to wait for';
