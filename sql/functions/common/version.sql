create or replace function api.schema_version() returns table (version int, functions text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select max(version) from kentongan.schema_version)::int,
           (select checksum from kentongan.schema_functions order by applied_at desc limit 1)
$$;
comment on function api.schema_version() is 'What a program compares with what it carries before it works on this database';
