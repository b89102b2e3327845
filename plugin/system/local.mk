# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# system: the user, the group and the folders.
EXTRA_DIST += plugin/system/tiktok-auth.sysusers plugin/system/tiktok-auth.tmpfiles.in
CLEANFILES += plugin/system/tiktok-auth.tmpfiles

plugin/system/tiktok-auth.tmpfiles: plugin/system/tiktok-auth.tmpfiles.in Makefile
	$(AM_V_GEN)$(MKDIR_P) plugin/system && $(SED) -e 's|@localstatedir[@]|$(localstatedir)|' \
	    -e 's|@sysconfdir[@]|$(sysconfdir)|' $(srcdir)/plugin/system/tiktok-auth.tmpfiles.in > $@

all-local: plugin/system/tiktok-auth.tmpfiles

install-data-local: plugin/system/tiktok-auth.tmpfiles
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir)
	$(INSTALL_DATA) $(srcdir)/plugin/system/tiktok-auth.sysusers $(DESTDIR)$(sysusersdir)/tiktok-auth.conf
	$(INSTALL_DATA) plugin/system/tiktok-auth.tmpfiles $(DESTDIR)$(tmpfilesdir)/tiktok-auth.conf

uninstall-local:
	rm -f $(DESTDIR)$(sysusersdir)/tiktok-auth.conf $(DESTDIR)$(tmpfilesdir)/tiktok-auth.conf
