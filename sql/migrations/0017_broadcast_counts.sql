-- How far a broadcast is, for whoever asks each second: a million rows aren't
-- counted for that. Each change of a message's state is one row here, and no two
-- modems wait for each other at a counter; the leader adds up what is old.

-- No foreign key: each claim would lock the broadcast's row.
create table kentongan.broadcast_counts (
    broadcast_id bigint not null,
    was text,
    became text not null,
    n bigint not null,
    at timestamptz not null default clock_timestamp()
);
create index broadcast_counts_by_broadcast on kentongan.broadcast_counts (broadcast_id, at);
create index broadcast_counts_recent on kentongan.broadcast_counts (at) where at > '-infinity';
comment on table kentongan.broadcast_counts is 'How many messages of a broadcast went from one state to another: what is in a state is what became it less what was it';
comment on column kentongan.broadcast_counts.was is 'null: they were enqueued';
comment on column kentongan.broadcast_counts.at is '-infinity: added up';
insert into kentongan.broadcast_counts (broadcast_id, became, n, at)
select broadcast_id, status, count(*), '-infinity' from kentongan.outbox where broadcast_id is not null group by 1, 2;

create function kentongan.count_broadcast() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into kentongan.broadcast_counts (broadcast_id, was, became, n) values (new.broadcast_id, old.status, new.status, 1);
    return null;
end $$;
comment on function kentongan.count_broadcast() is 'Notes that a broadcast''s message went into another state';
create trigger outbox_broadcasts after update of status on kentongan.outbox
    for each row when (new.broadcast_id is not null and old.status <> new.status) execute function kentongan.count_broadcast();

-- What was prepared and never agreed to.
create index broadcasts_drafts on kentongan.broadcasts (request_id) where status = 'draft' and request_id is not null;
-- What was cancelled and still waits in the queue, or wasn't told yet.
create index broadcasts_sweep on kentongan.broadcasts (id) where status = 'cancelled' and enqueued_at is not null and reported_at is null;
