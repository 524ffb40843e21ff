create or replace function kentongan.check_pin(c kentongan.ctx, p_member bigint, p_hash bytea) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    p kentongan.pins;
    v_params jsonb := kentongan.member_params(p_member);
begin
    select * into p from kentongan.pins where member_id = p_member for update;
    if not found then
        perform kentongan.reply(c, 'pin_none', v_params);
        return 'pin_none';
    end if;
    if p.locked_until > c.at then
        perform kentongan.reply(c, 'pin_locked', v_params || jsonb_build_object(
            'until', case when p.locked_until <> 'infinity' then kentongan.stamp(p.locked_until, c.group_id) end));
        return 'pin_locked';
    end if;
    if p_hash is null then
        perform kentongan.reply(c, 'pin_wanted', v_params);
        return 'pin_wanted';
    end if;
    if p.hash = p_hash then
        update kentongan.pins set wrong = 0 where member_id = p_member and wrong > 0;
        return null;
    end if;
    update kentongan.pins
       set wrong = case when wrong >= 4 then 0 else wrong + 1 end,
           locked_at = case when wrong >= 4 then c.at else locked_at end,
           -- A second lock within a month is no slip: it stays until two officers set the PIN back.
           locked_until = case when wrong < 4 then locked_until
                               when locked_at > c.at - interval '30 days' then 'infinity'
                               else c.at + interval '24 hours' end
     where member_id = p_member returning * into p;
    if p.wrong > 0 then
        perform kentongan.reply(c, 'pin_wrong', v_params || jsonb_build_object('left', 5 - p.wrong));
        return 'pin_wrong';
    end if;
    v_params := v_params || jsonb_build_object(
        'until', case when p.locked_until <> 'infinity' then kentongan.stamp(p.locked_until, c.group_id) end);
    perform kentongan.reply(c, 'pin_locked', v_params);
    perform kentongan.tell(p_member, 'pin_locked', v_params, 'notice', c) where kentongan.phone_of(p_member) is distinct from c.peer;
    perform kentongan.tell_chair((select group_id from kentongan.members where id = p_member), p_member,
                                 'pin_locked_chair', v_params, c);
    return 'pin_locked';
end $$;
comment on function kentongan.check_pin(kentongan.ctx, bigint, bytea) is
    'Null where the PIN is right; otherwise answers and returns why not. Five wrong ones lock it for a day, a second lock within 30 days until two officers set it back; owner and chair are told';
