-- The group itself: its rules (ATUR), what it is (NAIK), who leads it (PENGURUS).

create or replace function kentongan.figure(p_amount bigint) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(replace(to_char(p_amount, 'FM999,999,999,999,999'), ',', '.'), '-')
$$;
comment on function kentongan.figure(bigint) is 'A number as members read it, 1.250.000; - for none';

create or replace function kentongan.permille_figure(p_permille int) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select p_permille / 10 || case when p_permille % 10 > 0 then ',' || p_permille % 10 else '' end || '%'
$$;
comment on function kentongan.permille_figure(int) is 'Thousandths as members read them: 15 is 1,5%';

create or replace function kentongan.read_amount(p_text text) returns bigint
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v_text text := regexp_replace(lower(rtrim(btrim(p_text), '.,;-=! ')), '^rp[. ]*', '');
    v_part text[];
begin
    v_part := regexp_match(v_text, '^(\d{1,6})(?:[.,](\d{1,2}))? ?(rb|ribu|k|jt|juta)$');
    if v_part is not null then
        return (v_part[1] || '.' || coalesce(v_part[2], '0'))::numeric * case when v_part[3] in ('jt', 'juta') then 1000000 else 1000 end;
    end if;
    -- 50 may be fifty rupiah or fifty thousand: asked, not guessed. None at all is plain.
    if v_text ~ '^(0|[1-9]\d{2,11}|[1-9]\d{0,2}(\.\d{3}){1,3}|[1-9]\d{0,2}(,\d{3}){1,3})$' then
        return translate(v_text, '.,', '')::bigint;
    end if;
    return null;
end $$;
comment on function kentongan.read_amount(text) is
    'An amount as people write it: 25rb, 25.000, 1,5jt, 0; null where it isn''t plain';

create or replace function kentongan.read_list(p_text text, p_words jsonb, p_all text[]) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v_words text[] := regexp_split_to_array(btrim(regexp_replace(p_text, '\m(dan|lan|ban|and)\M', ' ', 'g'), ' ,;+&/.'), '[ ,;+&/.]+');
begin
    if v_words <@ '{semua,sedaya,sadaja,all}' then
        return to_jsonb(p_all);
    elsif not p_words ?& v_words then
        return null;
    end if;
    return (select jsonb_agg(p_words -> w order by n) from (select w, min(n) as n from unnest(v_words) with ordinality x(w, n) group by w) x);
end $$;
comment on function kentongan.read_list(text, jsonb, text[]) is
    'Words as people list them (wajib, sukarela dan arisan) as what they stand for; null where one isn''t known';

create or replace function kentongan.duty_of(p_setting text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case p_setting when 'tugas_terima' then 'receive' when 'tugas_tarik' then 'withdraw' when 'tugas_pinjam' then 'lend'
                          when 'tugas_daftar' then 'admit' when 'tugas_catat' then 'record' when 'tugas_biaya' then 'spend'
                          when 'tugas_bank' then 'bank' when 'tugas_undang' then 'call' end
$$;
comment on function kentongan.duty_of(text) is 'The duty of groups.duties that a rule is about; null for a rule about none';

create or replace function kentongan.read_yes(p_text text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when p_text in ('ya', 'iya', 'yes', 'on', 'nggih', 'inggih', 'iyo', 'enggi', 'wajib', 'perlu', 'nyala', 'hidup') then true
                when p_text in ('tidak', 'tdk', 'gak', 'ga', 'no', 'off', 'mboten', 'ora', 'bunten', 'mati', 'jangan') then false end
$$;
comment on function kentongan.read_yes(text) is 'Yes or no as people write it; null where it is neither';

create or replace function kentongan.reminders_of(p_setting text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case p_setting when 'ingat_angsuran' then '{due_soon,due_today,due_late}'::text[] when 'ingat_wajib' then '{wajib}'
                          when 'ingat_pengurus' then '{pending}' when 'ingat_pulsa' then '{credit}' end
$$;
comment on function kentongan.reminders_of(text) is 'The kinds of reminders that a rule is about; null for a rule about none';

create or replace function kentongan.quiet_length(p_from time, p_until time) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select mod(1440 + (extract(epoch from p_until - p_from) / 60)::int, 1440)
$$;
comment on function kentongan.quiet_length(time, time) is 'Minutes of quiet hours, those over midnight as well; 0 for none';

create or replace function kentongan.quiet_figure(g kentongan.groups) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when g.quiet_from = g.quiet_until then 'tidak'
                else to_char(g.quiet_from, 'HH24.MI') || '-' || to_char(g.quiet_until, 'HH24.MI') end
$$;
comment on function kentongan.quiet_figure(kentongan.groups) is 'Quiet hours as members read them: 20.00-06.00; tidak for none';

create or replace function kentongan.read_quiet(p_text text) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v text[] := regexp_match(p_text, '^(?:dari |mulai |from |jam |pukul )*([01]?\d|2[0-4])(?:[.:]([0-5]\d))?'
        || ' ?(?:-|s/d|sd|sampai|sampe|hingga|ngantos|to|until) ?(?:jam |pukul )?([01]?\d|2[0-4])(?:[.:]([0-5]\d))?$');
    v_from time;
    v_until time;
begin
    if not kentongan.read_yes(p_text) or p_text in ('none', 'tanpa', 'tidak ada', 'gak ada') then
        return '{"quiet_from": "00:00", "quiet_until": "00:00"}';
    elsif v is null or v[1] = '24' and v[2]::int > 0 or v[3] = '24' and v[4]::int > 0 then
        return null;
    end if;
    v_from := make_time(v[1]::int % 24, coalesce(v[2], '0')::int, 0);
    v_until := make_time(v[3]::int % 24, coalesce(v[4], '0')::int, 0);
    -- From eight to eight may be the whole day or nothing of it.
    if kentongan.quiet_length(v_from, v_until) not between 1 and 1200 then
        return null;
    end if;
    return jsonb_build_object('quiet_from', to_char(v_from, 'HH24:MI'), 'quiet_until', to_char(v_until, 'HH24:MI'));
end $$;
comment on function kentongan.read_quiet(text) is
    'Quiet hours as people write them: 20.00-06.00, 21 sampai 5, tidak; null where they aren''t plain or longer than 20 hours';

create or replace function kentongan.read_setting(p_setting text, p_text text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_amount bigint := kentongan.read_amount(p_text);
    v_text text := lower(btrim(p_text, E' \t.,;!'));
    v_count int := (regexp_match(v_text, '^(\d{1,3}) ?(?:bulan|bln|kali|x|jam|months?|hours?)?$'))[1]::int;
    v_people int := translate((regexp_match(v_text, '^(\d{1,4}|\d\.\d{3}) ?(?:orang|nomor|nomer|anggota|people|numbers?|members)?$'))[1], '.', '')::int;
    v_rate text[] := regexp_match(v_text, '^(\d{1,2})(?:[.,](\d))?0? ?(?:%|persen|prosen|percent)?$');
begin
    case p_setting
        when 'wajib' then return case when v_amount is not null then jsonb_build_object('wajib_amount', nullif(v_amount, 0)) end;
        when 'pokok' then return case when v_amount is not null then jsonb_build_object('pokok_amount', nullif(v_amount, 0)) end;
        when 'batas' then return case when v_amount > 0 then jsonb_build_object('second_officer_above', v_amount) end;
        when 'batas_pinjam' then return case when v_amount > 0 then jsonb_build_object('loan_second_above', v_amount) end;
        when 'denda' then return case when v_amount is not null then jsonb_build_object('fine_amount', v_amount) end;
        when 'kecil' then return case when v_amount > 0 then jsonb_build_object('smallest_amount', v_amount) end;
        when 'besar' then return case when v_amount > 0 then jsonb_build_object('largest_amount', v_amount) end;
        when 'tenor' then return case when v_count between 1 and 120 then jsonb_build_object('loan_longest', v_count) end;
        when 'jam' then return case when v_count between 1 and 720 then jsonb_build_object('pending_hours', v_count) end;
        when 'jasa' then
            return case when v_rate is not null and v_rate[1]::int * 10 + coalesce(v_rate[2], '0')::int <= 100
                        then jsonb_build_object('loan_permille', v_rate[1]::int * 10 + coalesce(v_rate[2], '0')::int) end;
        when 'tenang' then return kentongan.read_quiet(v_text);
        when 'siaran_sehari' then return case when v_count between 1 and 50 then jsonb_build_object('broadcasts_a_day', v_count) end;
        when 'siaran_dua' then return case when v_people between 1 and 9999 then jsonb_build_object('broadcast_second_above', v_people) end;
        when 'pin_lihat' then
            return case when kentongan.read_yes(v_text) is not null then jsonb_build_object('look_pin', kentongan.read_yes(v_text)) end;
        when 'miscall' then
            return jsonb_build_object('missed_call', case when v_text ~ '^(saldo|tabungan|simpanan|balance)$' then 'balance'
                when v_text ~ '^(rapat|pertemuan|kumpulan|meeting)$' then 'meeting'
                when v_text ~ '^(diam|kosong|nothing)$' or not kentongan.read_yes(v_text) then 'nothing' end);
        when 'ingat_angsuran', 'ingat_wajib', 'ingat_pengurus', 'ingat_pulsa' then
            return case when kentongan.read_yes(v_text) is not null then jsonb_build_object('reminders',
                (select jsonb_object_agg(k, kentongan.read_yes(v_text)) from unnest(kentongan.reminders_of(p_setting)) k)) end;
        when 'produk' then return jsonb_build_object('products', kentongan.read_list(v_text,
            '{"pokok": "pokok", "pkk": "pokok", "wajib": "wajib", "wjb": "wajib", "sukarela": "sukarela", "manasuka": "sukarela",
              "arisan": "arisan"}', '{pokok,wajib,sukarela,arisan}'));
        else
            -- All of them is what a group has that never said so.
            return case when kentongan.duty_of(p_setting) is not null then jsonb_build_object('duties',
                jsonb_build_object(kentongan.duty_of(p_setting), kentongan.read_list(v_text,
                    '{"bendahara": "bendahara", "bdh": "bendahara", "ketua": "ketua", "sekretaris": "sekretaris", "sekr": "sekretaris"}',
                    '{}'))) end;
    end case;
end $$;
comment on function kentongan.read_setting(text, text) is
    'What a rule and its value as people write them mean, as columns of groups; null where it isn''t plain or out of all reason';

create or replace function kentongan.reminders_figure(p_off text[], p_kinds text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when not p_off && p_kinds then 'ya' when p_off @> p_kinds then 'tidak' when p_kinds is not null then 'sebagian' end
$$;
comment on function kentongan.reminders_figure(text[], text[]) is 'Whether reminders of these kinds are sent, as members read it: ya, tidak, sebagian (some are off)';

create or replace function kentongan.setting_figure(g kentongan.groups, p_setting text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return case p_setting
        when 'wajib' then kentongan.figure(g.wajib_amount)
        when 'pokok' then kentongan.figure(g.pokok_amount)
        when 'batas' then kentongan.figure(g.second_officer_above)
        when 'batas_pinjam' then kentongan.figure(g.loan_second_above)
        when 'denda' then kentongan.figure(g.fine_amount)
        when 'kecil' then kentongan.figure(g.smallest_amount)
        when 'besar' then kentongan.figure(g.largest_amount)
        when 'tenor' then g.loan_longest::text
        when 'jam' then kentongan.pending_hours(g.id)::text
        when 'jasa' then kentongan.permille_figure(g.loan_permille)
        when 'tenang' then kentongan.quiet_figure(g)
        when 'siaran_sehari' then g.broadcasts_a_day::text
        when 'siaran_dua' then kentongan.figure(g.broadcast_second_above)
        when 'pin_lihat' then case when g.look_pin then 'ya' else 'tidak' end
        when 'miscall' then case g.missed_call when 'balance' then 'saldo' when 'meeting' then 'rapat' else 'diam' end
        when 'produk' then case when cardinality(g.products) = 4 then 'all' else array_to_string(g.products, ', ') end
        else coalesce(kentongan.reminders_figure(g.reminders_off, kentongan.reminders_of(p_setting)),
            kentongan.offices_figure(array(select jsonb_array_elements_text(g.duties -> kentongan.duty_of(p_setting))))) end;
end $$;
comment on function kentongan.setting_figure(kentongan.groups, text) is 'A group''s rule as members read it';

create or replace function kentongan.with_rules(g kentongan.groups, p_set jsonb) returns kentongan.groups
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- Duties that aren't named stay; one given to nobody in particular is everybody's again.
    return jsonb_populate_record(g, p_set || case when p_set ? 'duties' then jsonb_build_object('duties',
        (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(g.duties || (p_set -> 'duties'))
          where value not in ('[]', 'null'))) else '{}' end
        || case when p_set ? 'reminders' then jsonb_build_object('reminders_off', array(
            select k.kind from kentongan.reminder_kinds k
             where coalesce(not (p_set -> 'reminders' -> k.kind)::boolean, k.kind = any (g.reminders_off)) order by k.sort)) else '{}' end
        || case when p_set ? 'reminder_words' then jsonb_build_object('reminder_words',
            (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(g.reminder_words || (p_set -> 'reminder_words'))
              where value <> '""')) else '{}' end);
end $$;
comment on function kentongan.with_rules(kentongan.groups, jsonb) is
    'The group as it would be with these columns, and of duties, reminders (kind: wanted or not) and their wordings (empty: ours) those that are named';

create or replace function kentongan.cmd_atur(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    n kentongan.groups;
    v_officer bigint;
    v_set jsonb;
    v_params jsonb;
begin
    select * into strict g from kentongan.groups where id = c.group_id;
    if not a ? 'setting' then
        perform kentongan.reply(c, 'atur', kentongan.group_params(g.id) || jsonb_build_object('grade', g.kind) ||
            (select jsonb_object_agg(s || '_is', kentongan.setting_figure(g, s)) from unnest(array['wajib', 'pokok', 'batas',
                'batas_pinjam', 'jasa', 'denda', 'tenor', 'kecil', 'besar', 'jam', 'pin_lihat', 'produk',
                'tenang', 'siaran_sehari', 'siaran_dua', 'ingat_angsuran', 'ingat_wajib', 'ingat_pengurus', 'ingat_pulsa']) s));
        return 'atur';
    end if;
    v_officer := kentongan.acting_officer(c);
    if v_officer is null then
        return 'not_officer';
    end if;
    c.member_id := v_officer;
    select * into strict g from kentongan.groups where id = (select group_id from kentongan.members where id = v_officer);
    c.group_id := g.id;
    v_set := kentongan.read_setting(a ->> 'setting', a ->> 'text');
    v_params := jsonb_build_object('setting', a ->> 'setting', 'heard', left(a ->> 'text', 40),
                                   'old', kentongan.setting_figure(g, a ->> 'setting'));
    if v_set -> 'products' = 'null' or v_set -> 'missed_call' = 'null' or v_set #> array['duties', kentongan.duty_of(a ->> 'setting')] = 'null' then
        v_set := null;
    end if;
    if v_set is null and a ->> 'setting' = 'tenang' then
        perform kentongan.reply(c, 'atur_quiet', v_params);
        return 'atur_quiet';
    elsif v_set is null and a ->> 'setting' in ('siaran_sehari', 'siaran_dua') then
        perform kentongan.reply(c, 'atur_number', v_params
            || jsonb_build_object('most', case a ->> 'setting' when 'siaran_sehari' then '50' else '9.999' end));
        return 'atur_number';
    end if;
    n := kentongan.with_rules(g, coalesce(v_set, '{}'));
    if v_set is null or n.largest_amount < n.smallest_amount then
        perform kentongan.reply(c, 'atur_unclear', v_params);
        return 'atur_unclear';
    elsif n = g then
        perform kentongan.reply(c, 'atur_same', v_params);
        return 'atur_same';
    elsif kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    perform kentongan.request_open(c, 'setting', g.id, null, v_officer,
        p_details => (v_params - 'heard') || jsonb_build_object('set', v_set, 'new', kentongan.setting_figure(n, a ->> 'setting')));
    return 'atur_asked';
end $$;
comment on function kentongan.cmd_atur(kentongan.ctx, jsonb) is
    'ATUR: the group''s rules, for every member. ATUR rule value: an officer wants it changed, a second must agree';

create or replace function kentongan.do_setting(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    v_params jsonb := kentongan.request_params(r) || jsonb_build_object(
        'second', (select short_name from kentongan.members where id = p_officer));
begin
    select * into strict g from kentongan.groups where id = r.group_id for no key update;
    begin
        perform kentongan.set_rules(g.id, r.details -> 'set');
    exception when check_violation then
        -- Another rule has changed since, and the two don't go together.
        update kentongan.requests set status = 'rejected', reason = 'doesn''t fit the other rules' where id = r.id;
        perform kentongan.reply(c, 'setting_unfit', v_params);
        perform kentongan.tell(r.first_officer, 'setting_unfit', v_params, 'notice', c);
        return 'setting_unfit';
    end;
    perform kentongan.reply(c, 'setting_done', v_params);
    perform kentongan.tell_officers(r.group_id, array['bendahara', 'ketua', 'sekretaris', 'pengawas'], p_officer,
                                    'setting_done', v_params, c);
    return 'setting_done';
end $$;
comment on function kentongan.do_setting(kentongan.ctx, kentongan.requests, bigint) is
    'Changes the group''s rule that details.set names (a new version of its rules) and tells every officer and supervisor';

create or replace function kentongan.set_rules(p_group bigint, p_set jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    n kentongan.groups := kentongan.with_rules((select g from kentongan.groups g where id = p_group), p_set);
begin
    update kentongan.groups
       set name = n.name, kecamatan = n.kecamatan, lang = n.lang,
           wajib_amount = n.wajib_amount, pokok_amount = n.pokok_amount,
           second_officer_above = n.second_officer_above, smallest_amount = n.smallest_amount,
           largest_amount = n.largest_amount, pending_hours = n.pending_hours, case_days = n.case_days,
           loan_second_above = n.loan_second_above, loan_permille = n.loan_permille, loan_method = n.loan_method,
           loan_largest = n.loan_largest, loan_longest = n.loan_longest, fine_amount = n.fine_amount,
           fine_grace_days = n.fine_grace_days, repayment_order = n.repayment_order, look_pin = n.look_pin,
           shu_percent = n.shu_percent, products = n.products, duties = n.duties, reminders_off = n.reminders_off,
           reminder_words = n.reminder_words, wajib_day = n.wajib_day, missed_call = n.missed_call,
           quiet_from = n.quiet_from, quiet_until = n.quiet_until, broadcasts_a_day = n.broadcasts_a_day,
           broadcast_second_above = n.broadcast_second_above
     where id = p_group;
end $$;
comment on function kentongan.set_rules(bigint, jsonb) is
    'Sets the columns that are named and rules; who the group is, its kind and money stay. Each change is a version';

create or replace function kentongan.cmd_naik(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.acting_officer(c);
    g kentongan.groups;
    v_refused text;
    v_legal text := nullif(left(btrim(coalesce(a ->> 'text', '')), 40), '');
begin
    if v_officer is null then
        return 'not_officer';
    end if;
    c.member_id := v_officer;
    select * into strict g from kentongan.groups where id = (select group_id from kentongan.members where id = v_officer);
    c.group_id := g.id;
    v_refused := kentongan.grade_refused(g, a ->> 'grade', v_legal);
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, jsonb_build_object('grade', a ->> 'grade', 'from', g.kind));
        return v_refused;
    elsif kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    perform kentongan.request_open(c, 'grade', g.id, null, v_officer,
        p_details => jsonb_strip_nulls(jsonb_build_object('grade', a ->> 'grade', 'from', g.kind, 'legal', v_legal)));
    return 'naik';
end $$;
comment on function kentongan.cmd_naik(kentongan.ctx, jsonb) is
    'NAIK grade [legal number]: the group grows up, one step at a time, never back; two officers';

create or replace function kentongan.grade_refused(g kentongan.groups, p_grade text, p_legal text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_grades constant text[] := '{kelompok,pra-koperasi,koperasi}';
    v_refused text;
begin
    v_refused := case
        when array_position(v_grades, p_grade) is distinct from array_position(v_grades, g.kind) + 1 then 'naik_step'
        when p_grade = 'koperasi' and coalesce(p_legal, g.legal_number) is null then 'naik_legal' end;
    return v_refused;
end $$;
comment on function kentongan.grade_refused(kentongan.groups, text, text) is
    'Why a group can''t become this, as the name of the answer: not the next step, or a koperasi without a legal number';

create or replace function kentongan.do_grade(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    v_refused text;
    v_params jsonb;
begin
    select * into strict g from kentongan.groups where id = r.group_id for no key update;
    v_refused := kentongan.grade_refused(g, r.details ->> 'grade', r.details ->> 'legal');
    if v_refused is not null then
        update kentongan.requests set status = 'rejected', reason = v_refused where id = r.id;
        perform kentongan.reply(c, v_refused, kentongan.request_params(r) || jsonb_build_object('from', g.kind));
        return v_refused;
    end if;
    update kentongan.groups set kind = r.details ->> 'grade', legal_number = coalesce(r.details ->> 'legal', legal_number)
     where id = g.id;
    v_params := kentongan.request_params(r) || jsonb_build_object(
        'second', (select short_name from kentongan.members where id = p_officer));
    perform kentongan.reply(c, 'grade_done', v_params);
    perform kentongan.tell_officers(r.group_id, array['bendahara', 'ketua', 'sekretaris', 'pengawas'], p_officer,
                                    'grade_done', v_params, c);
    return 'grade_done';
end $$;
comment on function kentongan.do_grade(kentongan.ctx, kentongan.requests, bigint) is
    'The group is what it grew up to be: same members, same ledger, a version of its rules; officers and supervisors are told';

create or replace function kentongan.cmd_pengurus(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint;
    v_member bigint;
    v_ends boolean := a ? 'ends';
    v_refused text;
    v_params jsonb;
begin
    if not a ? 'role' then
        perform kentongan.reply(c, 'pengurus', kentongan.group_params(c.group_id) || jsonb_build_object('lines',
            (select coalesce(jsonb_agg(kentongan.member_params(o.member_id) || jsonb_build_object('role', o.role)
                        order by array_position(array['ketua', 'sekretaris', 'bendahara', 'pengawas'], o.role), o.since, o.id), '[]')
               from kentongan.officers o where o.group_id = c.group_id and o.until is null)));
        return 'pengurus';
    end if;
    v_officer := kentongan.acting_officer(c);
    if v_officer is null then
        return 'not_officer';
    end if;
    c.group_id := (select group_id from kentongan.members where id = v_officer);
    select id into v_member from kentongan.members
     where group_id = c.group_id and number = (a ->> 'member')::int and status = 'active';
    v_params := kentongan.member_params(v_officer) || coalesce(kentongan.member_params(v_member), '{}')
                || jsonb_build_object('role', a ->> 'role');
    v_refused := case when v_member is null then 'office_who'
                      when v_member = any (kentongan.members_of_phone(c.phone_id)) then 'office_own'
                      else kentongan.office_refused(c.group_id, v_member, a ->> 'role', v_ends) end;
    c.member_id := v_officer;
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, v_params || case when v_member is null
            then jsonb_build_object('number', (a ->> 'member')::int) else '{}' end);
        return v_refused;
    elsif kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    perform kentongan.request_open(c, 'office', c.group_id, v_member, v_officer,
        p_details => jsonb_build_object('role', a ->> 'role', 'ends', v_ends) || case when v_ends then '{"ending": "ends"}' else '{"giving": "gives"}' end::jsonb);
    return 'pengurus_asked';
end $$;
comment on function kentongan.cmd_pengurus(kentongan.ctx, jsonb) is
    'PENGURUS: who holds which office. PENGURUS 12 BENDAHARA [BERHENTI]: gives or ends one, by two officers, none of them the one concerned';

create or replace function kentongan.office_refused(p_group bigint, p_member bigint, p_role text, p_ends boolean) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_last boolean;
    v_refused text;
begin
    if not p_ends then
        v_refused := case
            when kentongan.phone_of(p_member) is null then 'office_phone'
            when exists (select 1 from kentongan.officers
                          where member_id = p_member and until is null and role = p_role) then 'office_has'
            when exists (select 1 from kentongan.officers
                          where member_id = p_member and until is null and (role = 'pengawas') <> (p_role = 'pengawas'))
                then 'office_both' end;
        return v_refused;
    end if;
    v_last := p_role <> 'pengawas' and not exists (select 1 from kentongan.officers
        where member_id = p_member and until is null and role not in (p_role, 'pengawas'));
    v_refused := case
        when not exists (select 1 from kentongan.officers where member_id = p_member and until is null and role = p_role) then 'office_none'
        when v_last and kentongan.balance(p_group, 'cash', p_member) > 0 then 'office_cash'
        when v_last and (select count(distinct member_id) from kentongan.officers
                          where group_id = p_group and until is null and role <> 'pengawas') <= 2 then 'office_last' end;
    return v_refused;
end $$;
comment on function kentongan.office_refused(bigint, bigint, text, boolean) is
    'Why a change of office can''t be, as the name of the answer; null where it can. Who leaves hands over the cash first, and two officers always remain';

create or replace function kentongan.do_office(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_role text := r.details ->> 'role';
    v_ends boolean := (r.details ->> 'ends')::boolean;
    v_refused text;
    v_params jsonb := kentongan.request_params(r) || jsonb_build_object(
        'second', (select short_name from kentongan.members where id = p_officer));
begin
    -- One change of offices at a time, and no cash comes in meanwhile.
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    perform 1 from kentongan.accounts where group_id = r.group_id and kind = 'cash' and member_id = r.member_id for update;
    v_refused := kentongan.office_refused(r.group_id, r.member_id, v_role, v_ends);
    if v_refused is not null then
        update kentongan.requests set status = 'rejected', reason = v_refused where id = r.id;
        perform kentongan.reply(c, v_refused, v_params);
        perform kentongan.tell(r.first_officer, v_refused, v_params, 'notice', c);
        return v_refused;
    end if;
    perform kentongan.reply(c, 'office_done', v_params);
    perform kentongan.tell_officers(r.group_id, array['bendahara', 'ketua', 'sekretaris', 'pengawas'], p_officer,
                                    'office_done', v_params, c);
    if v_ends then
        perform kentongan.end_office(r.group_id, r.member_id, v_role);
        return 'office_ended';
    end if;
    perform kentongan.give_office(r.group_id, r.member_id, v_role);
    perform kentongan.tell(r.member_id, case when v_role = 'pengawas' then 'office_supervisor' else 'office_new' end,
                           v_params, 'notice', c);
    return 'office_given';
end $$;
comment on function kentongan.do_office(kentongan.ctx, kentongan.requests, bigint) is
    'Gives or ends an office as two officers agreed; every officer is told, and the new one what to do first';

create or replace function kentongan.may_look(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    p kentongan.pins;
    v_wrong bigint;
begin
    if c.member_id is null or not (select look_pin from kentongan.groups where id = c.group_id) then
        return null;
    end if;
    select * into p from kentongan.pins where member_id = c.member_id;
    if p.member_id is null or c.pin_hash is null or p.locked_until > c.at then
        return kentongan.check_pin(c, c.member_id, c.pin_hash);
    end if;
    v_wrong := kentongan.counted('look', c.member_id::text);
    if v_wrong >= 3 then
        perform kentongan.reply(c, 'look_closed');
        return 'look_closed';
    elsif p.hash = c.pin_hash then
        return null;
    end if;
    -- No code stands before this one: who only feigns her number must not lock her PIN for money.
    v_wrong := kentongan.bump('look', c.member_id::text);
    perform kentongan.reply(c, 'look_closed') where v_wrong >= 3;
    perform kentongan.reply(c, 'look_wrong', jsonb_build_object('left', 3 - v_wrong)) where v_wrong < 3;
    return 'look_wrong';
end $$;
comment on function kentongan.may_look(kentongan.ctx) is
    'Null where the speaker may see balances: a group may want the PIN for that. Otherwise answers and returns why not. Three wrong ones end looking for that day; the PIN''s own count, which guards money, stays as it is';

create or replace function kentongan.shows_figures(c kentongan.ctx, p_member bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return c.member_id is distinct from p_member or not (select look_pin from kentongan.groups where id = c.group_id);
end $$;
comment on function kentongan.shows_figures(kentongan.ctx, bigint) is
    'Whether an answer about money other than looking may name what this member has or owes: not to herself where her group wants the PIN for that; officers see what they decide on';
