-- Other systems that come in by HTTP: the operator gives and takes their tokens.

create or replace function kentongan.client_by_name(p_name text) returns kentongan.clients
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.clients;
begin
    select * into k from kentongan.clients where name = p_name and removed_at is null for update;
    if not found then
        raise exception 'there is no client %', p_name using errcode = 'KT404', hint = '`kentongan client list` shows them';
    end if;
    return k;
end $$;
comment on function kentongan.client_by_name(text) is 'The client of that name, locked; KT404 where there is none';

create or replace function kentongan.check_scopes(p_scopes text[]) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    if cardinality(p_scopes) = 0 or not p_scopes <@ '{send,inbox,money}'::text[] then
        raise exception 'not a list of scopes: %', array_to_string(p_scopes, ',')
            using errcode = 'KT400', hint = 'of send, inbox and money one or more, commas between';
    end if;
end $$;
comment on function kentongan.check_scopes(text[]) is 'KT400 where these aren''t scopes';

create or replace function api.client_add(p_actor text, p_name text, p_token bytea, p_scopes text[], p_per_minute int,
                                          p_per_day int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    if p_name !~ '^[a-z0-9][a-z0-9-]{0,31}$' then
        raise exception 'not a name for a client: %', p_name
            using errcode = 'KT400', hint = 'small letters, digits and hyphens, at most 32';
    end if;
    perform kentongan.check_scopes(p_scopes);
    insert into kentongan.clients (name, token, scopes, per_minute, per_day)
    values (p_name, p_token, p_scopes, coalesce(p_per_minute, 60), coalesce(p_per_day, 5000))
    on conflict (name) where removed_at is null do nothing;
    if not found then
        raise exception 'there is a client % already', p_name
            using errcode = 'KT409', hint = format('`kentongan client token %s` gives it a new token', p_name);
    end if;
    perform api.audit_note('operator:' || p_actor, 'client.add', p_name, null,
                           (select jsonb_build_object('scopes', c.scopes, 'per_minute', c.per_minute, 'per_day', c.per_day)
                              from kentongan.clients c where c.name = p_name and c.removed_at is null));
end $$;
comment on function api.client_add(text, text, bytea, text[], int, int) is
    'A new client, known by the keyed hash of its token; KT409 where the name is taken';

create or replace function api.client_set(p_actor text, p_name text, p_scopes text[], p_per_minute int, p_per_day int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.clients := kentongan.client_by_name(p_name);
begin
    if p_scopes is not null then
        perform kentongan.check_scopes(p_scopes);
    end if;
    update kentongan.clients
       set scopes = coalesce(p_scopes, scopes), per_minute = coalesce(p_per_minute, per_minute),
           per_day = coalesce(p_per_day, per_day)
     where id = k.id;
    perform api.audit_note('operator:' || p_actor, 'client.set', p_name, null, jsonb_build_object(
        'before', jsonb_build_object('scopes', k.scopes, 'per_minute', k.per_minute, 'per_day', k.per_day),
        'after', (select jsonb_build_object('scopes', c.scopes, 'per_minute', c.per_minute, 'per_day', c.per_day)
                    from kentongan.clients c where c.id = k.id)));
end $$;
comment on function api.client_set(text, text, text[], int, int) is 'Other scopes or limits; null leaves one as it is';

create or replace function api.client_token(p_actor text, p_name text, p_token bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.clients := kentongan.client_by_name(p_name);
begin
    update kentongan.clients set token = p_token where id = k.id;
    perform api.audit_note('operator:' || p_actor, 'client.token', p_name, null, null);
end $$;
comment on function api.client_token(text, text, bytea) is 'Another token; the one before is worth nothing from now on';

create or replace function api.client_remove(p_actor text, p_name text) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.clients := kentongan.client_by_name(p_name);
    v_waiting bigint;
begin
    update kentongan.clients set removed_at = clock_timestamp(), hook_url = null, hook_secret = null where id = k.id;
    -- Its token may have been stolen: nothing more goes out in its name.
    update kentongan.outbox set status = 'cancelled', finished_at = clock_timestamp(), error = 'its client was removed'
     where client_id = k.id and status = 'queued' and broadcast_id is null;
    get diagnostics v_waiting = row_count;
    perform api.audit_note('operator:' || p_actor, 'client.remove', p_name, null, jsonb_build_object('waiting', v_waiting));
    return v_waiting;
end $$;
comment on function api.client_remove(text, text) is
    'The token is worth nothing from now on, and events end; returns how many of its messages waited: they are cancelled';

create or replace function api.client_list()
returns table (name text, scopes text, per_minute int, per_day int, sent_today bigint, waiting bigint, hook text, given_up bigint,
               created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.name, array_to_string(c.scopes, ','), c.per_minute, c.per_day, kentongan.counted('client', c.id::text),
           kentongan.client_waiting(c.id), c.hook_url,
           (select count(*) from kentongan.events e where e.client_id = c.id and e.status = 'given_up'), c.created_at
      from kentongan.clients c where c.removed_at is null order by c.name
$$;
comment on function api.client_list() is 'Other systems that may come in, their limits, what they have sent today, where their events go and how many were given up';
