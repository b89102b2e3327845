# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# nagios: what Nagios and Icinga load beside the objects of "tiktok-auth generate".
nagiosdir = $(pkgdatadir)/nagios
dist_nagios_DATA = nagios/README.md
nagios4dir = $(nagiosdir)/nagios4
dist_nagios4_DATA = \
	nagios/nagios4/tiktok-auth-commands.cfg \
	nagios/nagios4/tiktok-auth-contacts.cfg \
	nagios/nagios4/tiktok-auth-escalation.cfg.example \
	nagios/nagios4/tiktok-auth-notify.cfg \
	nagios/nagios4/tiktok-auth-templates.cfg
icinga2dir = $(nagiosdir)/icinga2
dist_icinga2_DATA = \
	nagios/icinga2/tiktok-auth-api-user.conf.example \
	nagios/icinga2/tiktok-auth-command.conf \
	nagios/icinga2/tiktok-auth-dependencies.conf \
	nagios/icinga2/tiktok-auth-escalation.conf.example \
	nagios/icinga2/tiktok-auth-notifications.conf \
	nagios/icinga2/tiktok-auth-notify.conf \
	nagios/icinga2/tiktok-auth-services.conf \
	nagios/icinga2/tiktok-auth-templates.conf \
	nagios/icinga2/tiktok-auth-users.conf
directordir = $(nagiosdir)/director
dist_director_DATA = nagios/director/tiktok-auth-basket.json
