create or replace function kentongan.now() returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select now() + shift from kentongan.clock);
end $$;
comment on function kentongan.now() is 'Business time of this transaction: everything that compares or stores a business date uses it';

create or replace function kentongan.stamp(p_at timestamptz, p_group bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select to_char(p_at at time zone coalesce((select timezone from kentongan.groups where id = p_group), 'Asia/Jakarta'),
                           'DD/MM HH24:MI'));
end $$;
comment on function kentongan.stamp(timestamptz, bigint) is 'A time as members read it, in the group''s zone: 12/05 09:14';

create or replace function kentongan.today(p_group bigint) returns date
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select (kentongan.now() at time zone coalesce((select timezone from kentongan.groups where id = p_group),
                                                          'Asia/Jakarta'))::date);
end $$;
comment on function kentongan.today(bigint) is 'The calendar day in the group''s zone';
