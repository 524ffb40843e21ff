create or replace function kentongan.account(p_group bigint, p_kind text, p_member bigint default null,
                                             p_loan bigint default null) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint;
begin
    select id into v_id from kentongan.accounts
     where group_id = p_group and kind = p_kind
       and coalesce(member_id, 0) = coalesce(p_member, 0) and coalesce(loan_id, 0) = coalesce(p_loan, 0);
    if not found then
        insert into kentongan.accounts (group_id, kind, member_id, loan_id)
        values (p_group, p_kind, p_member, p_loan)
        on conflict do nothing
        returning id into v_id;
        if v_id is null then
            select id into strict v_id from kentongan.accounts
             where group_id = p_group and kind = p_kind
               and coalesce(member_id, 0) = coalesce(p_member, 0) and coalesce(loan_id, 0) = coalesce(p_loan, 0);
        end if;
    end if;
    return v_id;
end $$;
comment on function kentongan.account(bigint, text, bigint, bigint) is 'The account, opened if it is the first time';

create or replace function kentongan.balance(p_group bigint, p_kind text, p_member bigint default null,
                                             p_loan bigint default null) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce((select a.balance * k.normal
                       from kentongan.accounts a join kentongan.account_kinds k using (kind)
                      where a.group_id = p_group and a.kind = p_kind
                        and coalesce(a.member_id, 0) = coalesce(p_member, 0)
                        and coalesce(a.loan_id, 0) = coalesce(p_loan, 0)), 0);
end $$;
comment on function kentongan.balance(bigint, text, bigint, bigint) is 'Balance as people mean it: savings and income positive';

create or replace function kentongan.post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[],
                                          p_actor bigint, p_second bigint default null, p_request bigint default null,
                                          p_message bigint default null, p_operator text default null,
                                          p_reason text default '', p_reverses bigint default null,
                                          p_occurred date default null) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_day date := coalesce(p_occurred, kentongan.today(p_group));
    v_entry bigint;
begin
    -- Who closes the books holds this row: nothing slips in while the year is reckoned.
    perform 1 from kentongan.groups where id = p_group for key share;
    if kentongan.in_closed_period(p_group, v_day) then
        raise exception 'the books of % are closed', v_day
            using errcode = 'KT003', hint = 'A mistake of a closed year is corrected by an entry of today.';
    end if;
    -- Always in the order of ids, so that two entries never wait for each other.
    perform 1 from kentongan.accounts where id = any (p_accounts) order by id for update;
    insert into kentongan.journal_entries (group_id, kind, occurred_on, posted_at, actor_id, second_id, operator,
                                           request_id, message_id, reverses_id, reason)
    values (p_group, p_kind, v_day, kentongan.now(), p_actor, p_second,
            p_operator, p_request, p_message, p_reverses, p_reason)
    returning id into v_entry;
    insert into kentongan.postings (entry_id, line, account_id, amount, balance_after)
    select v_entry, row_number() over (order by l.account), l.account, l.amount, 0
      from unnest(p_accounts, p_amounts) as l(account, amount);
    perform kentongan.entry_posted(v_entry);
    return v_entry;
end $$;
comment on function kentongan.post(bigint, text, bigint[], bigint[], bigint, bigint, bigint, bigint, text, text, bigint, date) is
    'The one door for money: writes an entry with its postings (debit positive). Locks accounts in id order; the tables'' triggers keep balances and refuse what does not balance or would overdraw (KT001); nothing goes into or before a closed period (KT003). A request posts once: its id is unique';
