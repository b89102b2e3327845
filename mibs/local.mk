# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# mibs: TIKTOK-AUTH-MIB and what monitoring systems load. The files here have the default root; what is tested and
# installed are their copies in mibs/made, with the root as configured.
AM_CPPFLAGS += -DTTA_MIB_ROOT=$(MIB_ROOT_NUMBERS)

MIBS_MADE = mibs/made/TIKTOK-AUTH-MIB.txt
MIBS_NMS_MADE = \
	mibs/made/opennms-events.xml \
	mibs/made/snmp_exporter.yml \
	mibs/made/snmptt.conf \
	mibs/made/telegraf.conf \
	mibs/made/zabbix-template.yaml

EXTRA_DIST += \
	mibs/TIKTOK-AUTH-MIB.txt \
	mibs/opennms-events.xml \
	mibs/root.awk \
	mibs/snmp_exporter.yml \
	mibs/snmptt.conf \
	mibs/telegraf.conf \
	mibs/zabbix-template.yaml
CLEANFILES += $(MIBS_MADE) $(MIBS_NMS_MADE)

$(MIBS_MADE) $(MIBS_NMS_MADE): mibs/root.awk Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -v root=$(MIB_ROOT) -f $(srcdir)/mibs/root.awk \
	    $(srcdir)/mibs/$(@F) > $@.tmp && mv $@.tmp $@
mibs/made/TIKTOK-AUTH-MIB.txt: mibs/TIKTOK-AUTH-MIB.txt
mibs/made/opennms-events.xml: mibs/opennms-events.xml
mibs/made/snmp_exporter.yml: mibs/snmp_exporter.yml
mibs/made/snmptt.conf: mibs/snmptt.conf
mibs/made/telegraf.conf: mibs/telegraf.conf
mibs/made/zabbix-template.yaml: mibs/zabbix-template.yaml

# A build folder that is configured anew can have another root.
plugin/core/mib.$(OBJEXT): Makefile

all-local: $(MIBS_MADE) $(MIBS_NMS_MADE)

mibdir = $(datadir)/snmp/mibs
nodist_mib_DATA = $(MIBS_MADE)
nmsdir = $(docdir)/nms
nodist_nms_DATA = $(MIBS_NMS_MADE)
