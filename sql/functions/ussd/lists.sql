-- What somebody may choose from.

create or replace function api.ussd_list(p_list text, p_member bigint) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(jsonb_agg(kentongan.request_params(r) order by r.id), '[]')
              from (select r.* from kentongan.requests r
                      join kentongan.one_time_codes oc on oc.request_id = r.id and oc.person_id = p_member and oc.closed_at is null
                      join kentongan.request_kinds k on k.kind = r.kind
                     where r.expires_at > (select kentongan.now())
                       and case p_list
                           when 'receive' then oc.stage = 'decide' and k.decide = 'TERIMA' and r.status = 'pending'
                           when 'agree' then oc.stage = 'decide' and k.decide = 'SAH' and r.status = 'pending'
                           when 'take' then oc.stage = 'take' and r.status = 'approved'
                           else false end
                     order by r.id limit 30) x, lateral (select x.*) r);
end $$;
comment on function api.ussd_list(text, bigint) is
    'Requests that wait for this member''s word, oldest first, as their texts know them: receive (TERIMA), agree (SAH), take (AMBIL)';
