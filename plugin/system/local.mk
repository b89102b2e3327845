# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# system: the user, the group and the folders; the units; what snmpd and a reverse proxy are told.
SYSTEM_MADE = \
	plugin/system/tiktok-auth-agent.service \
	plugin/system/tiktok-auth-notify.service \
	plugin/system/tiktok-auth-serve.service \
	plugin/system/tiktok-auth.tmpfiles \
	plugin/system/snmpd/tiktok-auth-v2c-lab.conf \
	plugin/system/snmpd/tiktok-auth-v3.conf
SYSTEM_SNMPD = plugin/system/snmpd/tiktok-auth-v2c-lab.conf plugin/system/snmpd/tiktok-auth-v3.conf

EXTRA_DIST += plugin/system/tiktok-auth.sysusers $(SYSTEM_MADE:=.in)
CLEANFILES += $(SYSTEM_MADE)

$(SYSTEM_MADE): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's|@localstatedir[@]|$(localstatedir)|' \
	    -e 's|@sysconfdir[@]|$(sysconfdir)|' -e 's|@bindir[@]|$(bindir)|' -e 's|@sbindir[@]|$(sbindir)|' -e 's|@MIB_ROOT[@]|$(MIB_ROOT)|' \
	    $(srcdir)/$@.in > $@.tmp && mv $@.tmp $@
plugin/system/tiktok-auth-agent.service: plugin/system/tiktok-auth-agent.service.in
plugin/system/tiktok-auth-notify.service: plugin/system/tiktok-auth-notify.service.in
plugin/system/tiktok-auth-serve.service: plugin/system/tiktok-auth-serve.service.in
plugin/system/tiktok-auth.tmpfiles: plugin/system/tiktok-auth.tmpfiles.in
plugin/system/snmpd/tiktok-auth-v2c-lab.conf: plugin/system/snmpd/tiktok-auth-v2c-lab.conf.in
plugin/system/snmpd/tiktok-auth-v3.conf: plugin/system/snmpd/tiktok-auth-v3.conf.in

all-local: $(SYSTEM_MADE)

# Examples: whether and how snmpd is asked is the host's to say.
snmpddir = $(docdir)/snmpd
nodist_snmpd_DATA = $(SYSTEM_SNMPD)
proxydir = $(docdir)/proxy
dist_proxy_DATA = plugin/system/proxy/apache.conf plugin/system/proxy/nginx.conf

install-data-local: $(SYSTEM_MADE)
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir) $(DESTDIR)$(systemdsystemunitdir)
	$(INSTALL_DATA) $(srcdir)/plugin/system/tiktok-auth.sysusers $(DESTDIR)$(sysusersdir)/tiktok-auth.conf
	$(INSTALL_DATA) plugin/system/tiktok-auth.tmpfiles $(DESTDIR)$(tmpfilesdir)/tiktok-auth.conf
	$(INSTALL_DATA) plugin/system/tiktok-auth-agent.service $(DESTDIR)$(systemdsystemunitdir)/
	$(INSTALL_DATA) plugin/system/tiktok-auth-notify.service $(DESTDIR)$(systemdsystemunitdir)/
	$(INSTALL_DATA) plugin/system/tiktok-auth-serve.service $(DESTDIR)$(systemdsystemunitdir)/

uninstall-local:
	rm -f $(DESTDIR)$(sysusersdir)/tiktok-auth.conf $(DESTDIR)$(tmpfilesdir)/tiktok-auth.conf \
	    $(DESTDIR)$(systemdsystemunitdir)/tiktok-auth-agent.service \
	    $(DESTDIR)$(systemdsystemunitdir)/tiktok-auth-notify.service \
	    $(DESTDIR)$(systemdsystemunitdir)/tiktok-auth-serve.service
