-- What a group keeps, and who in it may do what: rules like the others, in versions.

create function kentongan.duties_fit(p_duties jsonb) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_typeof(p_duties) = 'object' and not exists (
        select 1 from jsonb_each(p_duties) d
         where d.key not in ('receive', 'withdraw', 'lend', 'admit', 'record', 'spend', 'bank', 'call')
            or jsonb_typeof(d.value) <> 'array' or jsonb_array_length(d.value) = 0
            or not d.value <@ '["bendahara", "ketua", "sekretaris"]')
$$;
comment on function kentongan.duties_fit(jsonb) is 'Whether each duty is one that can be given, and given to somebody';

alter table kentongan.groups
    add column products text[] not null default '{pokok,wajib,sukarela,arisan}'
        check (cardinality(products) > 0 and products <@ '{pokok,wajib,sukarela,arisan}'),
    add column duties jsonb not null default '{}' check (kentongan.duties_fit(duties));
comment on column kentongan.groups.products is 'The savings that the group takes; what was saved before in others can still be taken out';
comment on column kentongan.groups.duties is
    'Which offices do what, where the group has said so: duty to list of offices, first asked first. What it hasn''t said is as request_kinds says';

alter table kentongan.request_kinds add column duty text;
comment on column kentongan.request_kinds.duty is
    'The duty of groups.duties that rules over it: who decides what members ask for, who asks where officers do';
update kentongan.request_kinds set duty = case kind
    when 'deposit' then 'receive' when 'payment' then 'receive' when 'withdrawal' then 'withdraw' when 'loan' then 'lend'
    when 'join' then 'admit' when 'batch' then 'record' when 'expense' then 'spend' when 'banking' then 'bank' end;
