-- How many SMS a text takes and what they cost, before anything is sent.

create or replace function kentongan.sms_parts(p_text text) returns int
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v text := p_text;
    v_single int := 160;
    v_part int := 153;
    v_parts int := 1;
    v_at int;
begin
    -- As src/text/gsm7.c: what has no width goes, what GSM-7 lacks becomes what looks like it.
    if v ~ '[^\u0020-\u005f\u0061-\u007e\n\r]' then
        v := regexp_replace(v, '[\u00ad\u0300-\u036f\u061c\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f'
            '\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\U000e0000-\U000e0fff]+', '', 'g');
        v := regexp_replace(v, '[\u0001-\u0009\u000b\u000e-\u001f\u0060\u007f-\u00a0\u00ab\u00b4\u00b7\u00bb\u00c0-\u00c3\u00c8'
            '\u00ca-\u00d0\u00d2-\u00d5\u00d7\u00d9-\u00db\u00dd\u00e1-\u00e3\u00e7\u00ea\u00eb\u00ed-\u00f0\u00f3-\u00f5\u00f7'
            '\u00fa\u00fb\u00fd\u00ff-\u0131\u0134-\u0148\u014a-\u0151\u0154-\u0180\u0189\u018f\u0192\u0197\u019a\u01a0\u01a1'
            '\u01af\u01b0\u01cd-\u01e1\u01e6-\u01ed\u01f0\u01f4\u01f5\u01f8-\u01fb\u0200-\u021b\u021e\u021f\u0226-\u0233\u0256'
            '\u0259\u025b\u0268\u0288\u02b9\u02bb-\u02bf\u02c8\u02ca\u02cb\u1680\u1e00-\u1e99\u1e9b\u1ea0-\u1ef9\u2000-\u200a'
            '\u2010-\u2015\u2018-\u201f\u2022-\u2024\u2027-\u2029\u202f\u2032\u2033\u2039\u203a\u2043\u2044\u205f\u212a\u212b'
            '\u2212\u2215\u2217\u2219\u25cf\u25e6\u2713\u2714\u3000-\u3002\uff01-\uff3a\uff3f\uff41-\uff5a]', 'a', 'g');
        v := regexp_replace(v, '[\u00a6\u02dc\u223c\uff3b-\uff3e\uff5b-\uff5e]', '|', 'g');
        v := regexp_replace(v, '[\u00de\u00fe\u0132\u0133\u0149\u0152\u0153\u1e9e\u2025\u2116\u2122\u2190\u2192\u2260\u2264\u2265\ufb00-\ufb02]',
                            'aa', 'g');
        v := regexp_replace(v, '[\u00a9\u00ae\u2026]', 'aaa', 'g');
    end if;
    -- What takes two units becomes two signs, the second never the first of a part.
    if v ~ '[^\u0020-\u005f\u0061-\u007e\n\r\f\u20ac¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ]' then
        v_single := 70;
        v_part := 67;
        v := regexp_replace(v, '[\U00010000-\U0010ffff]', E'\x01\x02', 'g');
    else
        v := regexp_replace(v, '[\^{}\\\[~\]|\u20ac\f]', E'\x01\x02', 'g');
    end if;
    if length(v) <= v_single then
        return 1;
    end if;
    v_at := v_part + 1;
    while v_at <= length(v) loop
        v_parts := v_parts + 1;
        v_at := v_at + v_part - (substr(v, v_at, 1) = E'\x02')::int;
    end loop;
    return v_parts;
end $$;
comment on function kentongan.sms_parts(text) is
    'How many SMS a text takes as the gateway sends it: in GSM-7 160 characters or 153 each, some of them counting two, else 70 or 67';

create or replace function kentongan.price_of_sms() returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select nullif(max(c.price), 0)::bigint from kentongan.channels c where kentongan.channel_works(c));
end $$;
comment on function kentongan.price_of_sms() is 'What one SMS costs at most through the channels that work; null where no price is known';
