-- Help: what may be typed, and how.

create or replace function kentongan.help_topic(p_typed text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    -- Two words are one command's: GANTI PIN.
    return case replace(lower(p_typed), ' ', '')
        when 'lagi' then 'setor'
        when 'ambil' then 'tarik'
        when 'gantipin' then 'pin'
        when 'ya' then 'kode'
        when 'tidak' then 'kode'
        when 'mulai' then 'stop'
        when 'lunas' then 'catat'
        when 'selesai' then 'catat'
        when 'kocok' then 'arisan'
        when 'kastelat' then 'kas'
        when 'kasus' then 'jawab'
        when 'jeda' then 'siaran'
        when 'lanjut' then 'siaran'
        when 'tarikbank' then 'serah'
        when 'resetpin' then 'buka'
        when 'tanggung' then 'ulur'
        when 'hapuspinjaman' then 'ulur'
        when 'persen' then 'tutupbuku'
        when 'neraca' then 'laba'
        when 'daftarhadir' then 'hadir'
        -- The first word of two, which alone is no command.
        when 'ganti' then 'gantihp' -- HP behind it is politeness, dropped
        when 'lupa' then 'pin'
        when 'lupapin' then 'pin'
        when 'hapus' then 'ulur'
        when 'reset' then 'buka'
        when 'tutup' then 'tutupbuku'
        when 'bagi' then 'bagihasil'
        else replace(lower(p_typed), ' ', '') end;
end $$;
comment on function kentongan.help_topic(text) is 'Which help a command has: its own, or that of a command it goes with';

create or replace function kentongan.cmd_bantuan(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_topic text := kentongan.help_topic(a ->> 'topic');
begin
    perform kentongan.reply(c, case
        when v_topic in ('saldo', 'mutasi', 'ulang', 'setor', 'batal', 'tarik', 'pinjam', 'bayar', 'pinjaman', 'shu', 'arisan',
                         'pin', 'kode', 'salah', 'aduan', 'blokir', 'daftar', 'keluar', 'stop', 'bahasa', 'terima', 'tolak',
                         'sah', 'catat', 'hitung', 'kas', 'serah', 'biaya', 'koreksi', 'jawab', 'gantihp', 'buka', 'pengurus',
                         'atur', 'naik', 'ulur', 'tutupbuku', 'bagihasil', 'belajar', 'laba', 'undang', 'hadir', 'siaran', 'hasil')
            then 'bantuan_' || v_topic
        when c.member_id is not null and kentongan.role_of(c.member_id) in ('bendahara', 'ketua', 'sekretaris')
            then 'bantuan_officer'
        else 'bantuan' end);
    return 'bantuan';
end $$;
comment on function kentongan.cmd_bantuan(kentongan.ctx, jsonb) is 'BANTUAN [command]: how to, for members or officers';
