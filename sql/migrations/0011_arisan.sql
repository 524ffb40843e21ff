-- Whose turn the arisan's pot is: agreed to by two officers. And the order in
-- which a meeting's list was written.

insert into kentongan.request_kinds (kind, confirm, officers, decide, takes, asked_by, roles) values
    ('arisan', 'pin', 'two', 'SAH', false, 'officer', '{ketua,sekretaris,bendahara}');
alter table kentongan.requests
    drop constraint requests_money,
    add constraint requests_money check (kind not in ('deposit', 'payment', 'withdrawal', 'loan', 'leave', 'arisan')
                                         or member_id is not null);

alter table kentongan.arisan_rounds add column cycle int not null default 1 check (cycle > 0);
alter table kentongan.arisan_rounds add constraint arisan_rounds_once unique (group_id, cycle, member_id);
comment on column kentongan.arisan_rounds.cycle is 'In one cycle nobody has the pot twice; the next begins when all who paid had it';

alter table kentongan.batch_lines add column id bigint generated always as identity unique;

create function kentongan.line_is_not_own() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select 1 from kentongan.batches where id = new.batch_id and officer_id = new.member_id) then
        raise exception 'nobody confirms their own money' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
comment on function kentongan.line_is_not_own() is 'Refuses a line of the officer''s own money in her list';
create trigger batch_lines_other before insert or update on kentongan.batch_lines
    for each row execute function kentongan.line_is_not_own();
