-- What is asked of every command that moves money. Each answers the sender itself.

create or replace function kentongan.amount_refused(c kentongan.ctx, p_group bigint, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_low bigint;
    v_high bigint;
begin
    select smallest_amount, largest_amount into strict v_low, v_high from kentongan.groups where id = p_group;
    if p_amount < v_low or p_amount > v_high then
        perform kentongan.reply(c, case when p_amount < v_low then 'amount_small' else 'amount_large' end,
                                jsonb_build_object('amount', p_amount, 'low', v_low, 'high', v_high));
        return 'amount_out_of_range';
    end if;
    return null;
end $$;
comment on function kentongan.amount_refused(kentongan.ctx, bigint, bigint) is
    'Null where the amount is one that the group takes; otherwise answers with the bounds and returns why not';

create or replace function kentongan.is_blocked(c kentongan.ctx) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select 1 from kentongan.members
                where id = any (kentongan.members_of_phone(c.phone_id)) and blocked_at is not null) then
        perform kentongan.reply(c, 'blocked');
        return true;
    end if;
    return false;
end $$;
comment on function kentongan.is_blocked(kentongan.ctx) is 'True, and answered, where a member of this phone was blocked by BLOKIR';
