-- Offices: given and ended, by two officers or by the operator.

create or replace function kentongan.give_office(p_group bigint, p_member bigint, p_role text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select 1 from kentongan.officers where member_id = p_member and until is null and role = p_role) then
        return 'office_has';
    end if;
    -- Who looks over the officers' shoulders is none of them.
    if exists (select 1 from kentongan.officers
                where member_id = p_member and until is null and (role = 'pengawas') <> (p_role = 'pengawas')) then
        return 'office_both';
    end if;
    insert into kentongan.officers (group_id, member_id, role, since) values (p_group, p_member, p_role, kentongan.now());
    return null;
end $$;
comment on function kentongan.give_office(bigint, bigint, text) is
    'Gives an office; otherwise returns why not, as the name of the answer: holds it already, or would be supervisor and officer at once';

create or replace function kentongan.end_office(p_group bigint, p_member bigint, p_role text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.officers set until = kentongan.now()
     where group_id = p_group and member_id = p_member and role = p_role and until is null;
    update kentongan.one_time_codes set closed_at = kentongan.now()
     where person_id = p_member and stage = 'decide' and closed_at is null
       and not exists (select 1 from kentongan.officers o
                        where o.member_id = p_member and o.until is null and o.role <> 'pengawas');
    perform kentongan.ask_again(p_group);
end $$;
comment on function kentongan.end_office(bigint, bigint, text) is
    'Ends an office; open codes of who leaves are closed, and what waited for them is put to the next officer';
