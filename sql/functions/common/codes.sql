create or replace function kentongan.random_number(p_below int) returns int
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select (('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 8))::bit(32)::bigint % p_below)::int
$$;
comment on function kentongan.random_number(int) is 'Uniform from 0, from the server''s strong random source (bias below one in 400,000 for four digits)';

create or replace function kentongan.receipt_code(p_group bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_letters constant text := 'ABCDEFGHJKMNPQRSTUVWXYZ';
    v_digits constant text := '23456789';
    v_code text;
begin
    loop
        v_code := substr(v_letters, 1 + kentongan.random_number(23), 1)
               || substr(v_digits, 1 + kentongan.random_number(8), 1)
               || substr(v_letters || v_digits, 1 + kentongan.random_number(31), 1)
               || substr(v_letters || v_digits, 1 + kentongan.random_number(31), 1);
        exit when not exists (select 1 from kentongan.requests where group_id = p_group and code = v_code);
    end loop;
    return v_code;
end $$;
comment on function kentongan.receipt_code(bigint) is
    'A code for a member''s request, unique in the group, without look-alikes, never only digits: K7M4';

create or replace function kentongan.issue_code(p_request bigint, p_person bigint, p_expires timestamptz,
                                                p_stage text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_code text;
    v_salt bytea;
    v_tries int := 0;
    v_sharers bigint[];
begin
    select array_agg(other.member_id) into v_sharers
      from kentongan.member_phones mine
      join kentongan.member_phones other on other.phone_id = mine.phone_id and other.until is null
     where mine.member_id = p_person and mine.until is null;
    loop
        v_code := lpad(kentongan.random_number(10000)::text, 4, '0');
        -- Neither open nor used lately: TERIMA sent again days later must not hit another request.
        exit when not exists (
            select 1 from kentongan.one_time_codes
             where person_id = any (coalesce(v_sharers, array[p_person]))
               and (closed_at is null or closed_at > (select kentongan.now()) - interval '7 days')
               and hash = sha256(salt || convert_to(v_code, 'UTF8')));
        v_tries := v_tries + 1;
        if v_tries >= 100 then
            raise exception 'no free code for member %', p_person using errcode = 'KT409';
        end if;
    end loop;
    v_salt := uuid_send(gen_random_uuid());
    insert into kentongan.one_time_codes (request_id, person_id, stage, salt, hash, expires_at)
    values (p_request, p_person, p_stage, v_salt, sha256(v_salt || convert_to(v_code, 'UTF8')), p_expires)
    -- Asked before: the office had passed on and came back, or guesses ended it. The old code is void.
    on conflict (request_id, person_id, stage) do update
       set salt = excluded.salt, hash = excluded.hash, expires_at = excluded.expires_at, closed_at = null, guesses = 0, renew_at = null;
    return v_code;
end $$;
comment on function kentongan.issue_code(bigint, bigint, timestamptz, text) is
    'A four-digit one-time code that only this person can use for this stage of this request, unlike any that this phone has had open or used within a week; stored hashed. The clear code leaves in one SMS';
