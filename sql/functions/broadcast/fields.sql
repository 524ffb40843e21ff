-- Fields in a wording: {nama}, {saldo_wajib}. What they say of each recipient is
-- reckoned when the message leaves.

create or replace function kentongan.field_names(p_books boolean default null) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select array(select name from (values ('nama', false), ('nomor', false), ('kelompok', false), ('saldo_pokok', true),
                                          ('saldo_wajib', true), ('saldo_sukarela', true), ('pinjaman', true), ('angsuran', true),
                                          ('tempo', true), ('tunggakan', true)) f (name, books)
                  where p_books is null or books = p_books)
$$;
comment on function kentongan.field_names(boolean) is 'The fields that a wording may have; true: those that tell of the books, false: the others';

create or replace function kentongan.plain_fields(p_typed text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v_text text := p_typed;
    v_field text;
begin
    for v_field in select distinct (regexp_matches(p_typed, '\{[^{}]*\}', 'g'))[1] loop
        v_text := replace(v_text, v_field, '{' || regexp_replace(btrim(lower(btrim(v_field, '{}'))), '[\s.-]+', '_', 'g') || '}');
    end loop;
    return v_text;
end $$;
comment on function kentongan.plain_fields(text) is 'A wording with its fields as they are written: { Saldo Wajib } is {saldo_wajib}';

create or replace function kentongan.fields_of(p_wording text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select array(select distinct m[1] from regexp_matches(p_wording, '\{([^{}]*)\}', 'g') m order by 1)
$$;
comment on function kentongan.fields_of(text) is 'What stands in braces in a wording, fields or not';

create or replace function kentongan.fill(p_wording text, p_member bigint, p_fields jsonb default null) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_text text := p_wording;
    v_name text;
begin
    if not kentongan.has_fields(p_wording) then
        return p_wording;
    end if;
    for v_name in select distinct (regexp_matches(p_wording, '\{([a-z_]+)\}', 'g'))[1] loop
        v_text := replace(v_text, '{' || v_name || '}', coalesce(p_fields ->> v_name, kentongan.field(v_name, p_member), ''));
    end loop;
    return v_text;
end $$;
comment on function kentongan.fill(text, bigint, jsonb) is 'A wording with its fields filled for one recipient: from the file''s columns, else from the books';

create or replace function kentongan.field(p_name text, p_member bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
begin
    select * into m from kentongan.members where id = p_member;
    if not found then
        return null;
    elsif p_name = any (kentongan.field_names(true)) and (select look_pin from kentongan.groups where id = m.group_id) then
        -- Agreed to before looking wanted the PIN.
        return '-';
    end if;
    return case p_name
        when 'nama' then m.short_name
        when 'nomor' then m.number::text
        when 'kelompok' then (select name from kentongan.groups where id = m.group_id)
        when 'saldo_pokok' then kentongan.figure(kentongan.balance(m.group_id, 'pokok', m.id))
        when 'saldo_wajib' then kentongan.figure(kentongan.balance(m.group_id, 'wajib', m.id))
        when 'saldo_sukarela' then kentongan.figure(kentongan.balance(m.group_id, 'sukarela', m.id))
        when 'pinjaman' then kentongan.figure(kentongan.loans_left(m.id))
        when 'angsuran' then (select kentongan.figure(coalesce(sum(n.amount), 0)::bigint) from kentongan.next_instalment(m.id) n)
        when 'tempo' then coalesce((select to_char(n.due_on, 'DD/MM') from kentongan.next_instalment(m.id) n), '-')
        when 'tunggakan' then kentongan.figure(kentongan.arrears(m.id)) end;
end $$;
comment on function kentongan.field(text, bigint) is
    'What a field of a wording says of a member: nothing of the books where looking wants the PIN; null for a field that doesn''t exist, and of nobody';

create or replace function kentongan.next_instalment(p_member bigint)
returns table (due_on date, amount bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select s.due_on, (s.due_principal + s.due_interest)::bigint from kentongan.loan_state s
     where s.member_id = p_member and s.status = 'running' and s.n is not null
     order by s.due_on, s.number limit 1;
end $$;
comment on function kentongan.next_instalment(bigint) is
    'The first instalment that a member has not wholly paid, of all her loans, and what is left of it; no row where nothing is owed';

create or replace function kentongan.arrears(p_member bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(o.fine + o.interest + o.principal), 0)::bigint
              from kentongan.loans l, kentongan.loan_overdue(l.id, kentongan.today(l.group_id)) o
             where l.member_id = p_member and l.status = 'running');
end $$;
comment on function kentongan.arrears(bigint) is 'What a member has in arrears over all her loans, fines with it';
