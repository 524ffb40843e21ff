-- Commands that only look.

create or replace function kentongan.cmd_saldo(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_pending record;
    v_has record;
    v_refused text;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := kentongan.may_look(c);
    if v_refused is not null then
        return v_refused;
    end if;
    -- What is asked most often: one look at all accounts, savings being owed to the member.
    select coalesce(-sum(balance) filter (where kind = 'pokok'), 0)::bigint as pokok,
           coalesce(-sum(balance) filter (where kind = 'wajib'), 0)::bigint as wajib,
           coalesce(-sum(balance) filter (where kind = 'sukarela'), 0)::bigint as sukarela,
           coalesce(sum(balance) filter (where kind = 'loan'), 0)::bigint as loan
      into v_has
      from kentongan.accounts where member_id = c.member_id;
    select sum(amount)::bigint as amount, min(code) as code, count(*) as n into v_pending
      from kentongan.requests where member_id = c.member_id and kind = 'deposit' and status = 'pending';
    perform kentongan.reply(c, 'saldo', jsonb_build_object(
        'now', kentongan.stamp(c.at, c.group_id),
        'pokok', v_has.pokok, 'wajib', v_has.wajib, 'sukarela', v_has.sukarela, 'loan', v_has.loan,
        'pending', v_pending.amount,
        'pending_code', case when v_pending.n = 1 then v_pending.code when v_pending.n > 1 then v_pending.n || 'x' end));
    return 'saldo';
end $$;
comment on function kentongan.cmd_saldo(kentongan.ctx, jsonb) is 'SALDO: savings, loans and what waits';

create or replace function kentongan.loans_left(p_member bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(a.balance), 0)::bigint
              from kentongan.loans l join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
             where l.member_id = p_member);
end $$;
comment on function kentongan.loans_left(bigint) is 'Principal that a member still owes over all loans';

create or replace function kentongan.cmd_mutasi(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_page int := greatest(1, least(coalesce((a ->> 'count')::int, 1), 999));
    v_lines jsonb;
    v_more boolean;
    v_refused text;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := kentongan.may_look(c);
    if v_refused is not null then
        return v_refused;
    end if;
    select jsonb_agg(jsonb_build_object('day', x.day, 'amount', x.amount, 'minus', x.minus, 'product', x.kind)
                     order by x.n) filter (where x.n <= v_page * 3),
           count(*) > 3
      into v_lines, v_more
      from (select row_number() over (order by p.entry_id desc, p.line) as n,
                   to_char(e.occurred_on, 'DD/MM') as day, abs(p.amount) as amount,
                   case when -p.amount < 0 then '-' else '+' end as minus, ac.kind
              from kentongan.accounts ac
              join kentongan.postings p on p.account_id = ac.id
              join kentongan.journal_entries e on e.id = p.entry_id
             where ac.member_id = c.member_id and ac.kind in ('pokok', 'wajib', 'sukarela', 'arisan')
             order by p.entry_id desc, p.line
            offset (v_page - 1) * 3 limit 4) x;
    if v_lines is null then
        perform kentongan.reply(c, 'mutasi_none', jsonb_build_object('page', v_page));
        return 'mutasi_none';
    end if;
    perform kentongan.reply(c, 'mutasi', jsonb_build_object('lines', v_lines, 'next', case when v_more then v_page + 1 end));
    return 'mutasi';
end $$;
comment on function kentongan.cmd_mutasi(kentongan.ctx, jsonb) is 'MUTASI [page]: three movements of savings a page, newest first';

create or replace function kentongan.cmd_ulang(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
    v_refused text;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := kentongan.may_look(c);
    if v_refused is not null then
        return v_refused;
    end if;
    select ob.* into o from kentongan.receipts r join kentongan.outbox ob on ob.id = r.outbox_id
     where r.member_id = c.member_id order by r.number desc limit 1;
    if not found then
        perform kentongan.reply(c, 'ulang_none');
        return 'ulang_none';
    end if;
    -- The same text: same figures, same number. Only the lateness is today's.
    perform kentongan.enqueue(c.peer, o.template, o.params - 'late_sent' - 'late_noted', o.lang, 'reply', c.channel,
                              c.message_id, c.member_id, c.group_id);
    return 'ulang';
end $$;
comment on function kentongan.cmd_ulang(kentongan.ctx, jsonb) is 'ULANG: the last receipt again, unchanged';
