-- Who may do what: the kind of request says it, a group may say otherwise (ATUR TUGAS …).

create or replace function kentongan.roles_for(p_group bigint, p_kind text) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when g.duties ? k.duty then array(select jsonb_array_elements_text(g.duties -> k.duty)) else k.roles end
              from kentongan.request_kinds k, kentongan.groups g where k.kind = p_kind and g.id = p_group);
end $$;
comment on function kentongan.roles_for(bigint, text) is 'The offices that decide on this kind of request in this group, first asked first';

create or replace function kentongan.decider_for(p_group bigint, p_kind text, p_beneficiary bigint, p_not bigint default null)
returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce(
        kentongan.officer_for(p_group, kentongan.roles_for(p_group, p_kind), p_beneficiary, p_not),
        kentongan.officer_for(p_group, (select roles from kentongan.request_kinds where kind = p_kind), p_beneficiary, p_not));
end $$;
comment on function kentongan.decider_for(bigint, text, bigint, bigint) is
    'Who decides on a request of this kind (officer_for); where it concerns the only one whose duty it is, or nobody holds that office, any other officer whose kind it is';

create or replace function kentongan.duty_refused(c kentongan.ctx, p_officer bigint, p_kind text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_group bigint := (select group_id from kentongan.members where id = p_officer);
    v_roles text[] := array(select jsonb_array_elements_text(g.duties -> k.duty)
                              from kentongan.request_kinds k, kentongan.groups g where k.kind = p_kind and g.id = v_group);
begin
    -- An office that nobody holds is nobody's to wait for.
    v_roles := array(select r from unnest(v_roles) r
                      where exists (select 1 from kentongan.officers where group_id = v_group and until is null and role = r));
    if v_roles = '{}' or exists (select 1 from kentongan.officers
                                  where member_id = p_officer and until is null and role = any (v_roles)) then
        return false;
    end if;
    perform kentongan.reply(c, 'not_your_duty', kentongan.member_params(p_officer)
        || jsonb_build_object('kind', p_kind, 'duty', kentongan.offices_figure(v_roles)));
    return true;
end $$;
comment on function kentongan.duty_refused(kentongan.ctx, bigint, text) is
    'True, and answered, where the group has given what the officer asks for to other offices, and somebody holds them';

create or replace function kentongan.offices_figure(p_roles text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when cardinality(p_roles) in (0, 3) then 'all' else array_to_string(p_roles, ', ') end
$$;
comment on function kentongan.offices_figure(text[]) is 'Offices as members read them: bendahara, ketua; all (a word of the catalogue) for every one';

create or replace function kentongan.product_refused(c kentongan.ctx, p_group bigint, p_product text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_products text[] := (select products from kentongan.groups where id = p_group);
begin
    if p_product = any (v_products) then
        return null;
    end if;
    perform kentongan.reply(c, 'product_none', jsonb_build_object('product', p_product, 'products', array_to_string(v_products, ', ')));
    return 'product_none';
end $$;
comment on function kentongan.product_refused(kentongan.ctx, bigint, text) is
    'Null where the group takes this product; otherwise answers with those that it takes and returns why not';
