-- The codes' commands: a bare code, SAH, AMBIL, and YA with a code.

create or replace function kentongan.cmd_kode(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.act_on_code(c, a, '{confirm,decide,take}')
$$;
comment on function kentongan.cmd_kode(kentongan.ctx, jsonb) is 'A code alone, or code and PIN: whatever we asked with it';

create or replace function kentongan.cmd_sah(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.act_on_code(c, a, '{confirm,decide}')
$$;
comment on function kentongan.cmd_sah(kentongan.ctx, jsonb) is 'SAH code PIN: an officer agrees';
