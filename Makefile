# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists what can be asked for.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,/etc/systemd/system)
UDEVDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/udev,/etc/udev)
LIBDIR  ?= $(if $(filter /usr,$(PREFIX)),/usr/lib,/etc)

CC      ?= cc
SANITIZE ?=
WERROR  ?= $(if $(CI),-Werror)
WARN    := -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wvla -Wimplicit-fallthrough -Wconversion -Wno-sign-conversion
HARDEN  := $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
CFLAGS  ?= -O2 -g
PACKAGES := gammu libevent libcurl libpq libpcre2-8 libsodium libconfuse libsystemd jansson
# Evaluated once, when something is compiled: on a fresh machine the packages
# are installed first (make deps).
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PACKAGES)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PACKAGES)) -lcsv)$(PKG_LIBS)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -DKENTONGAN_VERSION='"$(VERSION)"' \
             -DKENTONGAN_SYSCONFDIR='"$(SYSCONFDIR)"' -DKENTONGAN_DATADIR='"$(PREFIX)/share/kentongan"' \
             -Iinclude $(patsubst -I%,-isystem %,$(PKG_CFLAGS)) $(WARN) $(WERROR) $(HARDEN) $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(SANITIZE) $(LDFLAGS)

# Rooms, each may use those left of it (DESIGN: one-way dependencies).
ROOMS   := base db text command gateway transport daemon cli
room_sources = $(wildcard src/$(1)/*.c src/$(1)/*/*.c)
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
libs_upto = $(foreach r,$(1),$(if $(call room_sources,$(r)),$(BUILD)/lib$(r).a))

MAIN    := src/cli/main.c
PROGRAM := $(BUILD)/kentongan
SIMULATOR := $(BUILD)/kentongan-simulator

.DEFAULT_GOAL := all
.PHONY: all help run clean-run check lint asan bench fuzz install clean deps format unit FORCE

all: $(PROGRAM) $(SIMULATOR) ## build both programs

# --- rooms ------------------------------------------------------------------
define room_rules
$(BUILD)/lib$(1).a: $(call objects,$(filter-out $(MAIN),$(call room_sources,$(1)))) $(if $(filter db,$(1)),$(BUILD)/sql_embedded.o) $(if $(filter transport,$(1)),$(BUILD)/openapi_embedded.o)
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS) simulator,$(eval $(call room_rules,$(r))))

$(BUILD)/%.o: %.c | $(BUILD)/.flags
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/.flags:
	@mkdir -p $(BUILD) && touch $@

# These name places of the installation: `make run`, then `make install PREFIX=/usr`,
# installs a program that looks in /etc.
PLACES := $(PREFIX) $(SYSCONFDIR)
$(BUILD)/.places: $(if $(filter-out $(shell cat $(BUILD)/.places 2>/dev/null),$(PLACES)),FORCE)
	@mkdir -p $(BUILD) && echo '$(PLACES)' >$@
$(patsubst %,$(BUILD)/%.o,src/base/conf_table src/cli/main tests/unit/base_conf): $(BUILD)/.places

# The SQL travels inside the binary: one symbol table of file names and bytes.
SQL_FILES := $(sort $(wildcard sql/migrations/*.sql)) $(sort $(wildcard sql/functions/*/*.sql))
$(BUILD)/sql_embedded.S: $(SQL_FILES) Makefile
	@mkdir -p $(BUILD)
	@{ i=0; echo '.section .rodata'; \
	  for f in $(SQL_FILES); do \
	    printf '.Lname%d: .asciz "%s"\n.Ltext%d: .incbin "%s"\n.byte 0\n' $$i $$f $$i $$f; i=$$((i+1)); done; \
	  echo '.section .data.rel.ro,"aw"'; echo '.balign 8'; echo '.global sql_embedded'; echo 'sql_embedded:'; i=0; \
	  for f in $(SQL_FILES); do printf '.dc.a .Lname%d, .Ltext%d\n' $$i $$i; i=$$((i+1)); done; \
	  echo '.dc.a 0, 0'; echo '.section .note.GNU-stack,"",%progbits'; } > $@
$(BUILD)/sql_embedded.o: $(BUILD)/sql_embedded.S
	$(CC) -c $< -o $@

# So does the description of the API, which the service hands out.
$(BUILD)/openapi_embedded.S: Makefile
	@mkdir -p $(BUILD)
	@{ echo '.section .rodata'; echo '.global openapi_json'; \
	  echo 'openapi_json: .incbin "config/openapi.json"'; echo '.byte 0'; \
	  echo '.section .note.GNU-stack,"",%progbits'; } > $@
$(BUILD)/openapi_embedded.o: $(BUILD)/openapi_embedded.S config/openapi.json
	$(CC) -c $< -o $@

$(PROGRAM): $(call objects,$(MAIN)) $(foreach r,cli daemon transport gateway command text db base,$(call libs_upto,$(r)))
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS)

$(SIMULATOR): $(call libs_upto,simulator) $(call libs_upto,text) $(call libs_upto,base)
	$(CC) $(ALL_LDFLAGS) -o $@ -Wl,--whole-archive $(BUILD)/libsimulator.a -Wl,--no-whole-archive \
	  $(filter-out %/libsimulator.a,$(filter %.a,$^)) $(PKG_LIBS)

# --- unit tests: tests/unit/ROOM_subject.c links with ROOM and what is left of it
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
room_of = $(firstword $(subst _, ,$(1)))
upto = $(if $(filter $(1),simulator),base text simulator,$(shell for r in $(ROOMS); do echo $$r; [ $$r = $(1) ] && break; done))
define unit_rule
$(BUILD)/unit/$(1): $(BUILD)/tests/unit/$(1).o $(call libs_upto,$(call upto,$(call room_of,$(1))))
	@mkdir -p $$(dir $$@)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(PKG_LIBS) -lcmocka
endef
$(foreach t,$(notdir $(basename $(wildcard tests/unit/*.c))),$(eval $(call unit_rule,$(t))))
unit: $(UNIT_TESTS) ## build and run the unit tests (ROOM=text for one room's)
	@for t in $(if $(ROOM),$(filter $(BUILD)/unit/$(ROOM)_%,$(UNIT_TESTS)),$(UNIT_TESTS)); do $$t || exit 1; done


# --- what a Debian machine needs ---------------------------------------------
DEPS_BUILD := gcc|clang libc6-dev pkg-config|pkgconf libgammu-dev libevent-dev libpq-dev libpcre2-dev \
              libsodium-dev libconfuse-dev libsystemd-dev libjansson-dev libcsv-dev libcurl4-gnutls-dev
DEPS_RUN   := postgresql postgresql-client procps
PG_MAJOR    = $(shell ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | sed -n '$$s,.*postgresql/\([0-9]*\)/.*,\1,p')
DEPS_CHECK := libcmocka-dev gammu smstools jq curl mandoc procps bash-completion systemd \
              python3-jsonschema openapi-specification kannel
DEPS_LINT  := clang-format cppcheck shellcheck mandoc
deps:
	@tests/system/packages.sh $(foreach p,$(DEPS_BUILD) $(DEPS_RUN),'$(p)')
deps-check: deps
	@tests/system/packages.sh $(DEPS_CHECK) postgresql-$(or $(PG_MAJOR),15)-pgtap
.PHONY: deps deps-check

run: ## a group, a simulated modem, the gateway, and a phone to try it with
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -q all || echo "Building (a minute or so the first time) …"
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@BUILD=$(BUILD) config/demo/run.sh
clean-run: ## forget what `make run` kept in var/
	@if [ -e var/running ] && kill -0 $$(cat var/running) 2>/dev/null; then echo "It is running: end it first."; exit 1; fi
	@if [ -e var/pg.elsewhere ]; then tests/system/pg.sh destroy "$$(cat var/pg.elsewhere)"; \
	elif [ -d var/pg ]; then tests/system/pg.sh destroy "$(CURDIR)/var/pg"; fi
	rm -rf var

# --- tests ---------------------------------------------------------------------
# The longest first: the short ones fill what is left of the time.
SYSTEM_TESTS = tests/system/conversation.sh $(wildcard tests/fault/*.sh) tests/sql/run.sh $(filter-out tests/system/conversation.sh tests/system/lib.sh tests/system/packages.sh tests/system/pg.sh,$(wildcard tests/system/*.sh))
check: ## install what is missing, build, run every test
	@$(MAKE) --no-print-directory deps-check
	@$(MAKE) --no-print-directory -s -j$$(nproc) all tests-built
	@$(MAKE) --no-print-directory -s -j$$(nproc) BUILD=build-asan SANITIZE="$(ASAN)" CFLAGS="-O1 -g" tests-built
	@BUILD=$(BUILD) tests/run.sh tests/lint/rooms.sh $(UNIT_TESTS) $(patsubst $(BUILD)/%,build-asan/%,$(UNIT_TESTS)) $(SYSTEM_TESTS)
tests-built: $(UNIT_TESTS)
.PHONY: tests-built

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan: ## the unit tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory -s -j$$(nproc) BUILD=build-asan SANITIZE="$(ASAN)" CFLAGS="-O1 -g" unit

bench: ## latency, bursts and throughput, as ratios from one run
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -s -j$$(nproc) all $(BUILD)/bench/handle $(BUILD)/bench/claim $(BUILD)/bench/ussd
	@BUILD=$(BUILD) tests/bench/run.sh
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(call libs_upto,base db text command gateway)
	@mkdir -p $(dir $@)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS)

FUZZ_TARGETS = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
fuzz: ## the fuzz targets, FUZZ_SECONDS each (needs clang)
	@for t in $(FUZZ_TARGETS); do \
	  $(MAKE) --no-print-directory -s CC=clang BUILD=build-fuzz SANITIZE="-fsanitize=address,fuzzer-no-link" fuzz-$$t || exit 1; done
fuzz-%: $(call libs_upto,base db text command gateway transport)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer tests/fuzz/$*.c -o $(BUILD)/$* -Wl,--start-group $^ -Wl,--end-group $(PKG_LIBS)
	KENTONGAN_COMMANDS=config/commands.conf $(BUILD)/$* -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1

C_FILES = $(shell find src include tests -name '*.[ch]')
lint: ## format, rooms, cppcheck, shell scripts, man pages
	@tests/system/packages.sh $(DEPS_LINT)
	@clang-format --dry-run -Werror $(C_FILES)
	tests/lint/rooms.sh
	cppcheck --quiet --enable=warning,portability --inline-suppr --error-exitcode=1 --std=c11 --suppress=missingIncludeSystem -Iinclude src
	shellcheck -x -S warning -e SC2034,SC2120 $$(find tests config -name '*.sh') .ci/run
	mandoc -T lint -W warning $(wildcard src/cli/man/*)
format: ## put the sources into the project's format
	clang-format -i $(C_FILES)

SHARE   = $(DESTDIR)$(PREFIX)/share
CONFDIR = $(DESTDIR)$(SYSCONFDIR)/kentongan
# Units and the example name the places of this installation.
LOCALIZE = sed -e 's,/usr/bin/kentongan,$(PREFIX)/bin/kentongan,g' -e 's,/usr/share/kentongan,$(PREFIX)/share/kentongan,g' \
               -e 's,/etc/kentongan,$(SYSCONFDIR)/kentongan,g'
install: $(PROGRAM) ## into DESTDIR and PREFIX (an existing configuration stays)
	install -Dm 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/kentongan
	install -Dm 644 -t $(SHARE)/kentongan config/commands.conf config/menus.conf config/openapi.json config/kannel.conf
	@for lang in config/lang/*/; do \
	  install -Dm 644 -t $(SHARE)/kentongan/lang/$$(basename $$lang) $$lang*.conf || exit 1; done
	install -Dm 644 -t $(SHARE)/kentongan/demo config/demo/*.csv
	install -Dm 644 -t $(SHARE)/kentongan/lessons config/lessons/*.conf
	install -d $(CONFDIR)
	$(LOCALIZE) config/kentongan.conf > $(CONFDIR)/kentongan.conf.example
	[ -e $(CONFDIR)/kentongan.conf ] || install -m 644 $(CONFDIR)/kentongan.conf.example $(CONFDIR)/kentongan.conf
	@for page in src/cli/man/*.[1-9]; do \
	  install -Dm 644 $$page $(SHARE)/man/man$${page##*.}/$$(basename $$page) || exit 1; done
	install -d $(SHARE)/bash-completion/completions
	$(PROGRAM) help --completion bash > $(SHARE)/bash-completion/completions/kentongan
	@for unit in systemd/*.service; do \
	  install -d $(DESTDIR)$(UNITDIR) && $(LOCALIZE) $$unit > $(DESTDIR)$(UNITDIR)/$$(basename $$unit) || exit 1; done
	install -Dm 644 systemd/kentongan.sysusers $(DESTDIR)$(LIBDIR)/sysusers.d/kentongan.conf
	install -Dm 644 systemd/kentongan.tmpfiles $(DESTDIR)$(LIBDIR)/tmpfiles.d/kentongan.conf
	install -Dm 644 systemd/60-kentongan-modem.rules $(DESTDIR)$(UDEVDIR)/rules.d/60-kentongan-modem.rules

clean: ## remove what was built
	rm -rf build build-*

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
