-- Complaints, for the operator to look at and, where nobody else does, to answer.

create or replace function api.case_list(p_group text, p_open boolean)
returns table ("case" int, member int, name text, opened_at timestamptz, due_at timestamptz, status text, code text, text text,
               answered_by text, answer text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select k.number, m.number, m.name, k.opened_at, k.due_at, k.status, r.code, k.text,
           coalesce(b.name, case when k.answered_at is not null then 'operator' end), nullif(k.answer, '')
      from kentongan.cases k
      join kentongan.members m on m.id = k.member_id
      left join kentongan.requests r on r.id = k.request_id
      left join kentongan.members b on b.id = k.answered_by
     where k.group_id = (kentongan.group_by_code(p_group)).id and (not p_open or k.status = 'open')
     order by k.status <> 'open', k.number
$$;
comment on function api.case_list(text, boolean) is 'A group''s complaints, open ones first (or only)';

create or replace function api.case_answer(p_actor text, p_group text, p_number int, p_text text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    k kentongan.cases;
begin
    if btrim(p_text) = '' then
        raise exception 'the answer is empty' using errcode = 'KT400';
    end if;
    perform kentongan.act_as(p_actor);
    select * into k from kentongan.cases where group_id = g.id and number = p_number for update;
    if not found then
        raise exception 'group % has no case %', g.code, p_number
            using errcode = 'KT404', hint = format('`kentongan case list %s` shows them', g.code);
    elsif k.status <> 'open' then
        raise exception 'case % is closed already', p_number using errcode = 'KT409';
    end if;
    perform kentongan.close_case(k, null, p_text);
    perform kentongan.tell(k.member_id, 'case_operator', kentongan.case_params(k) || jsonb_build_object('text', left(p_text, 200)));
    perform kentongan.wake();
end $$;
comment on function api.case_answer(text, text, int, text) is
    'The operator''s answer ends a complaint; the member gets the words. For what concerns every officer';
