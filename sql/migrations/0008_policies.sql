-- A group's rules, every version of them.

alter table kentongan.groups
    add column legal_number text check (length(legal_number) between 1 and 40),
    add column pokok_amount bigint check (pokok_amount > 0),
    add column loan_second_above bigint not null default 2000000 check (loan_second_above > 0),
    add column loan_permille int not null default 15 check (loan_permille between 0 and 100),
    add column loan_method text not null default 'flat' check (loan_method in ('flat', 'declining')),
    add column loan_largest bigint not null default 20000000 check (loan_largest > 0),
    add column loan_longest int not null default 24 check (loan_longest between 1 and 120),
    add column fine_amount bigint not null default 0 check (fine_amount >= 0),
    add column fine_grace_days int not null default 3 check (fine_grace_days between 0 and 60),
    add column repayment_order text[] not null default '{fine,interest,principal}'
        check (cardinality(repayment_order) = 3 and repayment_order @> '{fine,interest,principal}'),
    add column look_pin boolean not null default false,
    add column shu_percent jsonb not null
        default '{"reserve": 40, "savings": 25, "business": 20, "officers": 5, "education": 5, "social": 5}',
    add column case_days int not null default 7 check (case_days between 1 and 60);
comment on column kentongan.groups.loan_permille is 'Interest (jasa) per month in thousandths: of the loan (flat), of what is left (declining)';
comment on column kentongan.groups.loan_second_above is 'Loans above this need two officers';
comment on column kentongan.groups.fine_amount is 'Fine (denda) for an instalment that is later than fine_grace_days, once per instalment';
comment on column kentongan.groups.repayment_order is 'What a payment covers first';
comment on column kentongan.groups.look_pin is 'Whether members must add their PIN to look at balances';
comment on column kentongan.groups.shu_percent is 'The meeting''s division of the surplus in percent: reserve, savings (jasa modal), business (jasa usaha), officers, education, social; sums to 100';

create table kentongan.group_versions (
    group_id bigint not null references kentongan.groups,
    version int not null,
    at timestamptz not null default clock_timestamp(),
    settings jsonb not null,
    changed jsonb not null,
    request_id bigint references kentongan.requests,
    actor text not null,
    primary key (group_id, version)
);
comment on table kentongan.group_versions is 'Every version of a group''s kind and rules: what changed, by which request or operator. Append-only';
create trigger group_versions_immutable before update or delete on kentongan.group_versions
    for each row execute function kentongan.refuse_change();
create trigger group_versions_kept before truncate on kentongan.group_versions
    for each statement execute function kentongan.refuse_change();

create function kentongan.keep_version() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_old jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
    v_new jsonb := to_jsonb(new);
    v_changed jsonb;
begin
    select jsonb_object_agg(k, jsonb_build_array(v_old -> k, v_new -> k)) into v_changed
      from jsonb_object_keys(v_new) k where v_old -> k is distinct from v_new -> k;
    if v_changed is not null then
        insert into kentongan.group_versions (group_id, version, settings, changed, request_id, actor)
        select new.id, 1 + coalesce(max(version), 0), v_new, v_changed,
               nullif(current_setting('kentongan.request', true), '')::bigint,
               coalesce(nullif(current_setting('kentongan.actor', true), ''), session_user)
          from kentongan.group_versions where group_id = new.id;
    end if;
    return null;
end $$;
comment on function kentongan.keep_version() is 'Writes each new version of a group''s rules to group_versions';
create trigger groups_versions after insert or update on kentongan.groups
    for each row execute function kentongan.keep_version();
insert into kentongan.group_versions (group_id, version, settings, changed, actor)
select id, 1, to_jsonb(g), '{}', 'upgrade' from kentongan.groups g;
