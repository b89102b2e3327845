# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The real Nagios Core 4, unprivileged, in a folder of its own: validates objects, runs, takes passive results, and
records every notification instead of mailing it."""

import glob
import grp
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from scene import MARGIN_SECONDS, until

PROGRAM = "/usr/sbin/nagios4"
PLUGINS = "/usr/lib/nagios/plugins"

# What a notification command gets: once as arguments between double quotes, as people write them, once in its environment.
RECORDED = ("NOTIFICATIONTYPE", "HOSTNAME", "SERVICEDESC", "SERVICESTATE", "CONTACTNAME", "CONTACTEMAIL", "HOSTDISPLAYNAME",
            "HOSTALIAS", "SERVICEDISPLAYNAME", "SERVICEOUTPUT", "LONGSERVICEOUTPUT", "SERVICENOTES", "SERVICENOTESURL",
            "SERVICEACTIONURL", "HOSTNOTES", "HOSTNOTESURL", "HOSTACTIONURL", "CONTACTGROUPNAMES", "CONTACTALIAS",
            "SERVICEGROUPNAMES", "HOSTSTATE", "HOSTOUTPUT", "_SERVICEADVERTISER_ID", "_SERVICEAPP", "_SERVICETOKEN",
            "_SERVICEOWNER", "_SERVICECLIENT", "NOTIFICATIONAUTHOR", "NOTIFICATIONCOMMENT")

MAIN = """\
cfg_file={folder}/engine.cfg
{objects}
log_file={folder}/nagios.log
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
resource_file={folder}/resource.cfg
status_file={folder}/status.dat
state_retention_file={folder}/retention.dat
lock_file={folder}/nagios.pid
temp_file={folder}/nagios.tmp
temp_path={folder}
command_file={folder}/nagios.cmd
check_result_path={folder}/spool
query_socket={folder}/query.socket
log_archive_path={folder}
use_syslog=0
nagios_user={user}
nagios_group={group}
illegal_object_name_chars=`~!$%^&*|'"<>?,()=
illegal_macro_output_chars=`~$&|'"<>
{settings}
"""

# Debian's, but for intervals that a test can wait for.
SETTINGS = {
    "status_update_interval": 1, "check_result_reaper_frequency": 1, "max_check_result_reaper_time": 30,
    "max_check_result_file_age": 3600, "check_external_commands": 1, "interval_length": 60, "enable_notifications": 1,
    "execute_service_checks": 1, "accept_passive_service_checks": 1, "execute_host_checks": 1,
    "accept_passive_host_checks": 1, "check_service_freshness": 1, "service_freshness_check_interval": 60,
    "additional_freshness_latency": 15, "check_host_freshness": 0, "enable_flap_detection": 1, "check_for_updates": 0,
    "enable_environment_macros": 1, "retain_state_information": 1, "use_retained_scheduling_info": 1,
    "soft_state_dependencies": 0, "enable_event_handlers": 1, "process_performance_data": 0, "date_format": "iso8601",
    "service_inter_check_delay_method": "s", "max_service_check_spread": 30, "log_passive_checks": 1,
    "log_notifications": 1, "service_check_timeout": 60, "notification_timeout": 30, "event_broker_options": 0,
}

# What Debian's and Nagios' own sample configurations bring, and ours may name.
OBJECTS = """\
define command {{
    command_name    notify-service-by-email
    command_line    {folder}/record {arguments}
}}
define command {{
    command_name    notify-host-by-email
    command_line    {folder}/record {arguments}
}}
define timeperiod {{
    timeperiod_name 24x7
    alias           always
{days}
}}
"""

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

# One file a notification, whole from the moment that it is there: environment, a blank entry, arguments.
RECORD = """\
#!/bin/sh
name={folder}/notifications/$(date +%s%N)-$$
{{ env -0; printf '\\0'; [ $# -eq 0 ] || printf '%s\\0' "$@"; }} >"$name.part" && mv "$name.part" "$name.done"
"""


# The same names as engine_icinga has, for what both tell.
SHORT = {
    "type": "NOTIFICATIONTYPE", "host": "HOSTNAME", "service": "SERVICEDESC", "state": "SERVICESTATE",
    "output": "SERVICEOUTPUT", "user": "CONTACTNAME", "contact": "CONTACTNAME", "email": "CONTACTEMAIL",
    "display_name": "SERVICEDISPLAYNAME", "notes": "SERVICENOTES", "notes_url": "SERVICENOTESURL",
    "action_url": "SERVICEACTIONURL", "id": "_SERVICEADVERTISER_ID", "app": "_SERVICEAPP", "token": "_SERVICETOKEN",
    "owner": "_SERVICEOWNER", "client": "_SERVICECLIENT", "author": "NOTIFICATIONAUTHOR",
    "comment": "NOTIFICATIONCOMMENT",
}


class Engine:
    """A monitoring engine that runs until it is stopped, its notifications in files. Its folder is not below pytest's, which
    only root may enter; it goes with close(), or at the end of a `with`."""

    user_name = "nagios"  # who runs it where we are root
    plugins = PLUGINS  # the folder of its plugins; another one holds from the next set_objects() or set_conf() on

    def __init__(self):
        self.process = None
        self.user = pwd.getpwuid(os.geteuid())
        self.under = ()
        if os.geteuid() == 0:
            self.user = pwd.getpwnam(self.user_name)
            self.under = ("setpriv", "--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups")
        self.folder = tempfile.mkdtemp(prefix="tta-engine-")
        os.chmod(self.folder, 0o755)
        self._own(self.folder)
        self.make_folder("notifications")
        self.write("record", RECORD.format(folder=self.folder), mode=0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def group_name(self):
        return grp.getgrgid(self.user.pw_gid).gr_name

    def _own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def make_folder(self, *names, mode=0o755):
        path = self.path(*names)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        self._own(path)
        return path

    def write(self, name, text, mode=0o644):
        """A file of the engine's, which it owns."""
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        os.chmod(path, mode)
        self._own(path)
        return path

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def run(self, *command):
        """A program as the engine's user: exit status and all that it printed."""
        done = subprocess.run([*self.under, *command], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode("utf-8", errors="surrogateescape")

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": self.folder}

    def spawn(self, *command, log="console.log"):
        with open(self.path(log), "ab") as file:
            self.process = subprocess.Popen([*self.under, *command], cwd=self.folder, env=self.environment(),
                                            stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """Ends it in order; what it remembers is kept for the next start()."""
        if self.process is None:
            return
        if self.running():
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(MARGIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(MARGIN_SECONDS)
        self.process = None

    def kill(self):
        """Ends it as a crash would: nothing is saved."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def copy_in(self, files):
        """Copies of files that its user may not be able to reach, in order."""
        self.make_folder("objects")
        copied = []
        for number, file in enumerate(files):
            name = os.path.join("objects", "%03d-%s" % (number, os.path.basename(os.fspath(file))))
            with open(file, "rb") as source:
                copied.append(self.write(name, source.read()))
        return copied

    def recorded(self):
        """What the notification command got, in order: [(environment, arguments)]."""
        found = []
        for name in sorted(glob.glob(self.path("notifications", "*.done"))):
            with open(name, "rb") as file:
                entries = file.read().decode("utf-8", errors="surrogateescape").split("\0")
            end = entries.index("")
            found.append((dict(entry.split("=", 1) for entry in entries[:end] if "=" in entry), entries[end + 1:-1]))
        return found

    def forget_notifications(self):
        for name in glob.glob(self.path("notifications", "*.done")):
            os.unlink(name)


class Nagios(Engine):
    """Nagios Core 4 over these object files; `settings` are lines of its main configuration that differ from SETTINGS."""

    def __init__(self, objects=(), settings=None, more=""):
        super().__init__()
        self.spool = self.make_folder("spool", mode=0o770)
        self.settings = {**SETTINGS, **(settings or {})}
        self.more = more  # further objects as text
        self.set_objects(objects)

    def set_objects(self, objects):
        """Takes these object files in place of those before; a running engine sees them after reload()."""
        shutil.rmtree(self.path("objects"), ignore_errors=True)
        files = self.copy_in(objects)
        arguments = " ".join('"$%s$"' % name for name in RECORDED)
        self.write("engine.cfg", OBJECTS.format(folder=self.folder, arguments=arguments,
                                                days="\n".join("    %s 00:00-24:00" % day for day in DAYS)) + self.more)
        self.write("resource.cfg", "$USER1$=%s\n" % self.plugins)
        self.write("nagios.cfg", MAIN.format(
            folder=self.folder, user=self.user.pw_name, group=self.group_name(),
            objects="\n".join("cfg_file=" + file for file in files),
            settings="\n".join("%s=%s" % item for item in self.settings.items())))

    def check(self):
        """nagios4 -v: exit status and what it said."""
        return self.run(PROGRAM, "-v", self.path("nagios.cfg"))

    def start(self):
        """Runs it until it has written a first status."""
        if os.path.exists(self.path("status.dat")):
            os.unlink(self.path("status.dat"))
        self.spawn(PROGRAM, self.path("nagios.cfg"))
        until(lambda: "programstatus {" in self.read("status.dat") or not self.running())
        assert self.running(), self.read("console.log") + self.read("nagios.log")

    def reload(self):
        """Makes it read its configuration again, and waits until it has."""
        before = self.program("program_start")
        time.sleep(max(0.0, int(before) + 1.1 - time.time()))  # the engine tells its starts apart by the second
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self.program("program_start") not in ("", before))

    def command(self, text):
        """An external command, such as ACKNOWLEDGE_SVC_PROBLEM;host;service;2;1;0;author;comment."""
        until(lambda: os.path.exists(self.path("nagios.cmd")))
        with open(self.path("nagios.cmd"), "w", encoding="utf-8") as pipe:
            pipe.write("[%d] %s\n" % (time.time(), text))

    # --- Passive results ------------------------------------------------------------------------

    def submit(self, *results):
        """Passive results (host, service, code, output) as one file of the spool folder."""
        now = time.time()
        blocks = ["file_time=%d\n" % now]
        for host, service, code, output in results:
            blocks.append("host_name=%s\nservice_description=%s\ncheck_type=1\nscheduled_check=0\nlatency=0\n"
                          "start_time=%.6f\nfinish_time=%.6f\nearly_timeout=0\nexited_ok=1\nreturn_code=%d\noutput=%s\n"
                          % (host, service, now, now, code, output.replace("\\", "\\\\").replace("\n", "\\n")))
        handle, path = tempfile.mkstemp(prefix="c", dir=self.spool)  # 'c' and characters: the name's length counts
        os.close(handle)
        name = os.path.join(self.spool, "c" + os.path.basename(path)[-6:])
        os.rename(path, name)
        with open(name, "w", encoding="utf-8") as file:
            file.write("\n".join(blocks))
        self._own(name)
        self._own(self.write(os.path.relpath(name + ".ok", self.folder), ""))

    # --- What it knows --------------------------------------------------------------------------

    def _blocks(self, name, kind):
        for block in self.read(name).split("\n\n"):
            lines = block.strip("\n").split("\n")
            starts = [at for at, line in enumerate(lines) if line.strip() in (kind + " {", "define " + kind + " {")]
            if starts:
                yield [line.strip() for line in lines[starts[0] + 1:]]

    def program(self, key):
        for lines in self._blocks("status.dat", "programstatus"):
            for line in lines:
                if line.startswith(key + "="):
                    return line[len(key) + 1:]
        return ""

    def statuses(self):
        """{(host, service): {key: value}} of status.dat."""
        found = {}
        for lines in self._blocks("status.dat", "servicestatus"):
            values = dict(line.split("=", 1) for line in lines if "=" in line)
            found[values["host_name"], values["service_description"]] = values
        return found

    def status(self, host, service):
        """A service's entry of status.dat: current_state, plugin_output, has_been_checked, ...; {} there is none."""
        return self.statuses().get((host, service), {})

    def host_status(self, host):
        for lines in self._blocks("status.dat", "hoststatus"):
            values = dict(line.split("=", 1) for line in lines if "=" in line)
            if values["host_name"] == host:
                return values
        return {}

    def objects(self, kind):
        """The objects of a kind as the engine resolved them: [{directive: value}]."""
        return [dict((line.split(None, 1) + [""])[:2] for line in lines if line != "}")
                for lines in self._blocks("objects.cache", kind)]

    def wait_for(self, host, service, **values):
        """Waits until a service's status has these values; its status."""
        wanted = {key: str(value) for key, value in values.items()}
        until(lambda: wanted.items() <= self.status(host, service).items())
        return self.status(host, service)

    def notifications(self):
        """What contacts were told, in order: each macro by its name and by that of SHORT, as it came in the environment (where
        the engine strips nothing), and under "arguments" the same as it came between double quotes on the command line."""
        found = []
        for environment, arguments in self.recorded():
            told = {key[len("NAGIOS_"):]: value for key, value in environment.items() if key.startswith("NAGIOS_")}
            quoted = dict(zip(RECORDED, arguments))
            for short, macro in SHORT.items():
                told[short] = told.get(macro, "")
                quoted[short] = quoted.get(macro, "")
            found.append({**told, "arguments": quoted})
        return found

    def told(self):
        """The same in short: [(service, state, contact)]."""
        return [(one["service"], one["state"], one["contact"]) for one in self.notifications()]

    def __repr__(self):
        return json.dumps({"folder": self.folder, "running": self.running()})
