# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""tiktok-auth generate: objects that the real engines take without a word, call the right people with, and hurt nobody by."""

import glob
import json
import os
import re
import subprocess
import time

import pytest

from engine_icinga import Icinga
from engine_nagios import Nagios
from scene import Scene, advertiser_ids, as_root, program, read_text, top, until

NOWHERE = "http://127.0.0.1:9"
ID, OTHER, THIRD = advertiser_ids(3)
ANNA, BOB = "anna@agency.example", 'Bob "; x'
RUNBOOK = "https://wiki.example/tiktok?page=lost&lang=en#now"
REAUTH = "https://connect.example/go?x=1&id={advertiser_id}&p=$HOME;(y)%20z"
REAUTH_ARRIVES = "https://connect.example/go?x=1&id=%s&p=%%24HOME%%3B(y)%%20z"
OWNERS = """
[owner anna@agency.example]
hours = mon-fri 09:00-18:00, sat 10:00-12:00
[owner Bob "; x]
email = bob@agency.example
[owner platform]
email = oncall@agency.example
[fix revoked]
runbook_url = https://wiki.example/tiktok?page=lost&lang=en#now
"""


def hostile(folder):
    """Names that would run, end a line or comment the rest away, if anything let them."""
    run = lambda name: "touch %s/ran-%s" % (folder, name)
    return ["Acme GmbH", "`%s`" % run("backtick"), "$(%s)" % run("dollar"), '"; %s; "' % run("quote"),
            "'; %s; '" % run("apostrophe"), "a; comment", "x | %s" % run("pipe"), "x && %s" % run("and"), "{ } end {",
            "emoji \U0001f600 \u00fcn\u00ef", "L" * 300, "$HOSTNAME$ $ARG1$ $USER1$", "back\\slash\\n", "two\nlines", "-n",
            " lead", "\u202etxt.exe", "!#*?[]", "~root", "$host.name$ $$", "", "<b>bold</b>", "%s %n", "a=b"]


class Objects:
    """A scene for `generate`, and what the engines load."""

    def __init__(self, folder, advertisers, **more):
        self.folder = folder
        apps = more.pop("apps", {"emea": {"app_id": "7055107885017071618", "secret": "s", "reauth_url": REAUTH}})
        self.scene = Scene(folder, NOWHERE, advertisers, apps=apps, more=OWNERS + more.pop("text", ""), **more)

    def generate(self, engine, *options):
        result = self.scene.cli("generate", engine, *options)
        assert result.exit == 0, result
        return result.out

    def write(self, engine, change=lambda text: text):
        """The generated objects behind the static files; paths for an engine."""
        path = os.path.join(self.folder, "objects." + engine)
        with open(path, "w", encoding="utf-8") as file:
            file.write(change(self.generate(engine)))
        return static(engine) + [path]


def static(engine):
    pattern = {"nagios": "nagios4/*.cfg", "icinga2": "icinga2/*.conf"}[engine]
    return sorted(glob.glob(os.path.join(top(), "nagios", pattern)))


def advertisers(count, folder="/nowhere"):
    names = [name for name in hostile(folder) for _ in range(2)]  # in the hands of those who are told, too
    owners = [ANNA, "", BOB, "Nobody Known"]
    clients = ["Client `x`; y", "Two $(z)", ""]
    return [{"advertiser_id": one, "name": names[i % len(names)], "owner": owners[i % 4], "client": clients[i // 2 % 3],
             "token": "emea-%02d" % (i % 3)} for i, one in enumerate(advertiser_ids(count))]


TOKENS = {"emea-00": {"token": "t0", "required_permissions": "GET /file/video/ad/search/"}, "emea-01": {"token": "t1"},
          "emea-02": {"token": "t2", "granted_by": "us"}}


def made(tmp_path, count, **more):
    return Objects(tmp_path, advertisers(count, tmp_path), tokens=TOKENS, **more)


def ran(tmp_path):
    return [name for name in os.listdir(tmp_path) if name.startswith("ran-")]


def blocks(text, kind):
    """[{directive: value}] of a kind of Nagios' objects."""
    return [dict(line.strip().split(None, 1) for line in block.strip().split("\n"))
            for block in re.findall(r"define %s \{\n(.*?)\n\}" % kind, text, re.DOTALL)]


def service(text, name, host="tiktok-emea"):
    return next(one for one in blocks(text, "service") if one.get("service_description") == name and one["host_name"] == host)


def slug_of(text, alias):
    return next(one["contact_name"] for one in blocks(text, "contact") if one["alias"] == alias)


# --- The engines take them ------------------------------------------------------------------------------------------------

@pytest.mark.system
@pytest.mark.parametrize("count", (1, 100, 10000))
def test_nagios_takes_the_objects_without_a_warning(tmp_path, count):
    objects = made(tmp_path, count)
    with Nagios(objects.write("nagios")) as engine:
        status, said = engine.check()
    assert status == 0 and "Total Warnings: 0" in said and "Total Errors:   0" in said, said
    services = len(blocks(objects.generate("nagios"), "service")) - 3  # three are templates
    assert services > count
    assert "Checked %d services." % services in said


@pytest.mark.system
@pytest.mark.parametrize("count", (1, 100, 10000))
def test_icinga_takes_the_objects_without_a_warning(tmp_path, count):
    objects = made(tmp_path, count)
    with Icinga(objects.write("icinga2")) as engine:
        status, said = engine.validate()
    # Nothing but the engine's own steps is said; apply rules that match nothing would be a warning.
    quiet = [line for line in said.splitlines() if line and "information/" not in line]
    if count == 1:
        quiet = [line for line in quiet if "tiktok-auth-escalation" not in line]
    assert status == 0 and not quiet, said
    services = objects.generate("icinga2").count("      kind = ")
    assert services > count and "Instantiated %d Services." % services in said, said


@pytest.mark.system
def test_two_apps_with_the_same_advertiser(tmp_path):
    apps = {name: {"app_id": "705510788501707161" + str(n), "secret": "s"} for n, name in enumerate(("emea", "apac"))}
    tokens = {"one": {"token": "a", "app": "emea"}, "two": {"token": "b", "app": "apac"}}
    objects = Objects(tmp_path, [{"advertiser_id": ID, "token": "one two"}], apps=apps, tokens=tokens)
    text = objects.generate("nagios")
    assert service(text, ID, "tiktok-emea") and service(text, ID, "tiktok-apac")
    above = [one for one in blocks(text, "servicedependency") if one["dependent_host_name"] == "tiktok-apac"
             and one["dependent_service_description"] == "api"]
    assert [(one["host_name"], one["service_description"]) for one in above] == [("tiktok-emea", "api")]
    with Nagios(objects.write("nagios")) as engine:
        assert "Total Warnings: 0" in engine.check()[1]
    with Icinga(objects.write("icinga2")) as engine:
        assert engine.validate()[0] == 0


# --- Nobody is hurt by a name ---------------------------------------------------------------------------------------------

ENGINES = {"nagios": Nagios, "icinga2": Icinga}
both_engines = pytest.mark.parametrize("name", ENGINES)


@pytest.mark.system
@both_engines
def test_no_name_runs_in_a_notification(tmp_path, name):
    count = 2 * len(hostile(tmp_path))
    os.chmod(tmp_path, 0o777)
    objects = made(tmp_path, count)
    heard = [one["advertiser_id"] for one in advertisers(count) if one["owner"] != "Nobody Known"]
    with ENGINES[name](objects.write(name, always)) as engine:
        engine.start()
        engine.submit(*[("tiktok-emea", one, 2, "lost") for one in advertiser_ids(count)])
        until(lambda: {told["service"] for told in engine.notifications()} >= set(heard))
        told = {one["service"]: one for one in engine.notifications()}
    assert ran(tmp_path) == []
    assert set(told) == set(heard)
    for one in heard:
        quoted = told[one]["arguments"]
        assert quoted["display_name"] == told[one]["display_name"], told[one]
        assert re.fullmatch(r"[\w .,:()/+@#\-\U0001f600]*%s\)?" % one, told[one]["display_name"]), told[one]
        # Links arrive as they were given, whether a command takes them from its environment or between quotes.
        assert told[one]["action_url"] == quoted["action_url"] == REAUTH_ARRIVES % one
        assert told[one]["notes_url"] == quoted["notes_url"] == RUNBOOK
        assert (quoted["id"], quoted["app"]) == (one, "emea")
    quoted = told[ID]["arguments"]
    assert quoted["display_name"] == "Acme GmbH (%s)" % ID
    assert (quoted["owner"], quoted["token"], quoted["client"]) == (ANNA, "emea-00", "Client x y")


def always(text):
    """So that a test need not run in office hours."""
    text = re.sub(r"(mon|tues|wednes|thurs|fri|satur|sun)day +\d\d:\d\d-\d\d:\d\d", r"\1day 00:00-24:00", text)
    text = re.sub(r'"((?:mon|tues|wednes|thurs|fri|satur|sun)day)" = "[0-9:-]*"', r'"\1" = "00:00-24:00"', text)
    text = re.sub(r'period = "tiktok-(?!auth-always).*-hours"', 'period = "tiktok-auth-always"', text)
    text = re.sub(r"    notification_period     .*\n", "", text)
    return text.replace("    use                     tiktok-auth-deferred\n",
                        "    use                     tiktok-auth-deferred\n    notification_period     tiktok-auth-always\n")


# --- Who is called, when, and for what ------------------------------------------------------------------------------------

def told_both(service, email):
    return [(service, kind, email) for kind in ("PROBLEM", "RECOVERY")]


@pytest.mark.system
@both_engines
def test_the_owner_is_called_and_for_a_root_cause_the_platform_alone(tmp_path, name):
    objects = made(tmp_path, 6)
    one, two, three, four = advertiser_ids(4)  # one and four are of the token that dies
    with ENGINES[name](objects.write(name, always)) as engine:
        engine.start()
        # The token and what it explains in one file, and losses of their own elsewhere.
        engine.submit(("tiktok-emea", "token-emea-00", 2, "dead"), ("tiktok-emea", one, 2, "lost"),
                      ("tiktok-emea", four, 2, "lost"), ("tiktok-emea", two, 2, "lost"), ("tiktok-emea", three, 2, "lost"))
        until(lambda: len(engine.notifications()) >= 3)
        # Recovered in the order of the feed: what was not told is not taken back.
        engine.submit(*[("tiktok-emea", each, 0, "fine") for each in (one, four, two, three, "token-emea-00")])
        until(lambda: len(engine.notifications()) >= 6)
        told = sorted((told["service"], told["type"], told["email"]) for told in engine.notifications())
    assert told == sorted(told_both("token-emea-00", "oncall@agency.example") + told_both(two, "oncall@agency.example")
                          + told_both(three, "bob@agency.example"))


@pytest.mark.system
@both_engines
def test_a_loss_that_outlives_what_stood_above_it_is_told_then(tmp_path, name):
    objects = made(tmp_path, 1)
    with ENGINES[name](objects.write(name, always)) as engine:
        engine.start()
        engine.submit(("tiktok-emea", "token-emea-00", 2, "dead"), ("tiktok-emea", ID, 2, "lost"))
        until(lambda: engine.told())
        engine.submit(("tiktok-emea", "token-emea-00", 0, "fine"))
        until(lambda: len(engine.told()) >= 2)
        engine.submit(("tiktok-emea", ID, 2, "lost"))  # the next round
        until(lambda: len(engine.told()) >= 3)
        assert [one[:2] for one in engine.told()] == [("token-emea-00", "CRITICAL"), ("token-emea-00", "OK"), (ID, "CRITICAL")]


def never(text):
    """The hours of the owners do not begin in the life of this test."""
    text = always(text)
    text = text.replace("    notification_period     tiktok-auth-always\n", "    notification_period     never\n")
    return text + "\ndefine timeperiod {\n    timeperiod_name never\n    alias never\n}\n"


@pytest.mark.system
def test_nagios_keeps_for_their_hours_what_can_wait(tmp_path):
    objects = made(tmp_path, 3)
    with Nagios(objects.write("nagios", never)) as engine:
        engine.start()
        engine.submit(("tiktok-emea", ID, 2, "lost"), ("tiktok-emea", "token-emea-01", 2, "dead"))
        engine.wait_for("tiktok-emea", ID, current_state=2)
        until(lambda: len(engine.told()) >= 1)
        assert [one[0] for one in engine.told()] == ["token-emea-01"]  # what can't wait does not
        assert engine.wait_for("tiktok-emea", ID, current_state=2)["current_notification_number"] == "0"
        engine.set_objects(objects.write("nagios", always))  # the hours begin
        engine.reload()
        engine.submit(("tiktok-emea", ID, 2, "still lost"))
        until(lambda: len(engine.told()) >= 2)
        assert [one[0] for one in engine.told()] == ["token-emea-01", ID]


@pytest.mark.system
def test_icinga_keeps_for_their_hours_what_can_wait(tmp_path):
    objects = made(tmp_path, 3)
    closed = lambda text: re.sub(r'period = "tiktok-(?!auth-always).*-hours"', 'period = "never"', text)
    period = 'object TimePeriod "never" { ranges = { "1999-01-01" = "00:00-00:01" } }\n'
    with Icinga(objects.write("icinga2", closed), more=period) as engine:
        engine.start()
        engine.submit(("tiktok-emea", ID, 2, "lost"), ("tiktok-emea", "token-emea-01", 2, "dead"))
        until(lambda: len(engine.told()) >= 1)
        assert [one[0] for one in engine.told()] == ["token-emea-01"]
        assert engine.object("notifications", "tiktok-emea!%s!tiktok-auth" % ID)["notified_problem_users"] == []
        engine.set_conf(objects.write("icinga2", always))
        engine.reload()
        until(lambda: len(engine.told()) >= 2)  # without another result
        assert [one[0] for one in engine.told()] == ["token-emea-01", ID]


# --- Results that do not come ---------------------------------------------------------------------------------------------

@pytest.mark.system
def test_a_feed_that_stops_is_told_once_by_nagios(tmp_path):
    objects = made(tmp_path, 5)
    quick = lambda text: re.sub(r"freshness_threshold     (\d+)",
                                lambda m: "freshness_threshold     %d" % (4 if m.group(1) == "900" else 10), always(text))
    with Nagios(objects.write("nagios", quick), settings={"service_freshness_check_interval": 1}) as engine:
        engine.start()
        engine.submit(*[("tiktok-emea", name, 0, "fine") for name in ("api", "app", "token-emea-00", ID)])
        engine.wait_for("tiktok-emea", ID, current_state=0, has_been_checked=1)
        until(lambda: all(one["current_state"] == "3" for (_, name), one in engine.statuses().items() if name != "all"))
        assert "no result for" in engine.status("tiktok-emea", ID)["plugin_output"]
        assert [one[:2] for one in engine.told()] == [("api", "UNKNOWN")]
        assert engine.host_status("tiktok-emea")["current_state"] == "0"
        assert "is the feed running" in engine.status("tiktok-emea", "api")["plugin_output"]


def quick(text):
    return re.sub(r"fresh = (\d+)", lambda m: "fresh = %d" % {"900": 12, "1800": 24}.get(m.group(1), 3600), always(text))


@pytest.mark.system
def test_a_feed_that_stops_is_told_once_by_icinga(tmp_path):
    objects = made(tmp_path, 3)
    names = ("api", "app", "token-emea-00", "token-emea-01", ID)
    with Icinga(objects.write("icinga2", quick)) as engine:
        engine.start()
        engine.submit(*[("tiktok-emea", name, 0, "fine $HOME$ $$") for name in names])
        until(lambda: all(one["state"] == 3 and one["last_check"] > 0
                          for (_, name), one in engine.services().items() if name in names))
        assert [one[:2] for one in engine.told()] == [("api", "UNKNOWN")]
        assert "no result since" in engine.output("tiktok-emea", ID)
        engine.request("POST", "/v1/actions/reschedule-check", {"type": "Host", "host": "tiktok-emea", "force": True})
        until(lambda: engine.object("hosts", "tiktok-emea")["state"] == 0)


@pytest.mark.system
def test_icinga_that_was_down_waits_for_results_before_it_tells_of_none(tmp_path):
    objects = made(tmp_path, 3)
    # Ten minutes: longer than the minute in which Icinga looks at everything after a start.
    slow = lambda text: re.sub(r"fresh = \d+", "fresh = 600", always(text))
    late = time.time() - 3000
    with Icinga(objects.write("icinga2", slow)) as engine:
        engine.start()
        for name, code in (("api", 0), (ID, 2)):
            engine.action("process-check-result", "tiktok-emea", name, exit_status=code,
                          plugin_output="as it was $HOME$ 5 % | x=1", execution_start=late, execution_end=late)
        until(lambda: [one[0] for one in engine.told()] == [ID])
        engine.stop()
        engine.start()
        # Within a minute of its start it asks all of them once; here at once. What is known stands, what is not waits.
        for name in ("api", "app", "token-emea-00", ID):
            engine.action("reschedule-check", "tiktok-emea", name, force=True)
        until(lambda: all((one["last_check_result"] or {}).get("active") for one in engine.services().values()
                          if one["name"] in ("api", "app", "token-emea-00", ID)))
        assert engine.service("tiktok-emea", "api")["state"] == 0
        assert engine.service("tiktok-emea", ID)["state"] == 2
        assert engine.output("tiktok-emea", ID).startswith("as it was $HOME$ 5 %")
        assert engine.service("tiktok-emea", "app")["state"] == 0
        assert engine.output("tiktok-emea", "app").startswith("waiting for the first result since")
        assert [one[0] for one in engine.told()] == [ID]


@pytest.mark.system
def test_the_example_of_an_api_user_may_hand_in_results_and_no_more(tmp_path):
    objects = made(tmp_path, 1)
    path = os.path.join(tmp_path, "api-user.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(read_text("nagios/icinga2/tiktok-auth-api-user.conf.example"))
    other = 'object Host "other" { check_command = "dummy" }\n' \
            'object Service "s" { host_name = "other"; check_command = "dummy" }\n'
    with Icinga(objects.write("icinga2") + [path], more=other) as engine:
        engine.start()
        me = {"user": "tiktok-auth", "password": "CHANGE-ME"}
        result = {"type": "Service", "exit_status": 0, "plugin_output": "fine"}
        ask = lambda method, url, body=None: engine.request(method, url, body, **me)
        ours, theirs = {**result, "service": "tiktok-emea!" + ID}, {**result, "service": "other!s"}
        assert ask("POST", "/v1/actions/process-check-result", ours)[0] == 200
        assert ask("POST", "/v1/actions/process-check-result", theirs)[0] in (403, 404)
        assert ask("GET", "/v1/objects/services/tiktok-emea!" + ID)[0] == 200
        assert ask("GET", "/v1/objects/services/other!s")[0] in (403, 404)
        assert ask("GET", "/v1/objects/hosts")[0] in (403, 404)
        assert ask("POST", "/v1/actions/acknowledge-problem", {**ours, "author": "x", "comment": "x"})[0] in (403, 404)


# --- The command itself ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("engine", ("nagios", "icinga2"))
def test_the_same_inventory_makes_the_same_bytes(tmp_path, engine):
    objects = made(tmp_path, 50)
    first = objects.generate(engine)
    objects.scene.advertisers.reverse()
    objects.scene.write()
    assert objects.generate(engine) == first


@pytest.mark.parametrize("engine", ("nagios", "icinga2"))
def test_what_is_retired_leaves_and_the_rest_stays(tmp_path, engine):
    objects = made(tmp_path, 3)
    before = objects.generate(engine)
    assert objects.scene.cli("retire", OTHER).exit == 0
    after = objects.generate(engine)
    assert OTHER in before and OTHER not in after and ID in after and THIRD in after
    objects.scene.advertisers[0]["until"] = "2020-01-01"
    objects.scene.write()
    assert ID not in objects.generate(engine)


def test_owners_have_their_own_groups_and_hours(tmp_path):
    objects = made(tmp_path, 8)
    text = objects.generate("nagios")
    anna, bob = slug_of(text, ANNA), slug_of(text, "Bob x")
    contact = {one["contact_name"]: one for one in blocks(text, "contact")}
    assert contact[anna]["email"] == ANNA and contact[bob]["email"] == "bob@agency.example"
    assert "email" not in contact[slug_of(text, "Nobody Known")]
    one, two, three, four = advertiser_ids(4)
    assert service(text, one)["contact_groups"] == anna
    assert service(text, one)["notification_period"] == anna + "-hours"
    assert service(text, two)["contact_groups"] == "tiktok-platform"
    assert service(text, three)["contact_groups"] == bob and "notification_period" not in service(text, three)
    period = next(one for one in blocks(text, "timeperiod") if one["timeperiod_name"] == anna + "-hours")
    assert (period["monday"], period["saturday"], "sunday" in period) == ("09:00-18:00", "10:00-12:00", False)
    client = next(one for one in blocks(text, "service") if one.get("display_name") == "client Client x y")
    assert sorted(client["contact_groups"].split(",")) == sorted(
        [anna, bob, slug_of(text, "Nobody Known"), "tiktok-platform"])
    assert "Nobody Known" in objects.scene.cli("generate", "nagios").err


def test_a_feed_says_how_its_hosts_are_called(tmp_path):
    feeds = "[feed a]\nkind = nagios\ndir = /nowhere\nhost = tt-{app}\n[feed b]\nkind = nagios\ndir = /elsewhere\n"
    objects = made(tmp_path, 1, text=feeds)
    assert "tt-emea" in objects.generate("nagios", "--feed", "a")
    assert "host_name               tiktok-emea" in objects.generate("nagios", "--feed", "b")
    assert "tiktok-auth-all-feed!%s!b" % objects.scene.config in objects.generate("nagios", "--feed", "b")
    undecided = objects.scene.cli("generate", "nagios")
    assert undecided.exit == 1 and "--feed" in undecided.err and not undecided.out
    assert objects.scene.cli("generate", "icinga2", "--feed", "a").exit == 1
    assert "is no" in objects.scene.cli("generate", "nagios", "--feed", "c").err
    assert objects.scene.cli("generate", "zabbix").exit == 2


def test_two_feeds_into_one_folder_are_one_too_many(tmp_path):
    """Each would leave a file of its own there, and the engine may take the older one last."""
    objects = made(tmp_path, 1, text="[feed a]\nkind = nagios\ndir = /nowhere\n[feed b]\nkind = nagios\ndir = /nowhere\n")
    said = objects.scene.cli("doctor", "--offline").out
    assert "[feed b] dir: [feed a] has the same folder" in " ".join(said.split()), said
    refused = objects.scene.cli("generate", "nagios", "--feed", "b")
    assert refused.exit == 1 and "[feed b] can't be used" in refused.err


def test_a_check_of_all_drives_the_feed_only_where_checks_sweep(tmp_path):
    objects = made(tmp_path, 1, text="[feed a]\nkind = nagios\ndir = /nowhere\n")
    assert service(objects.generate("nagios"), "all")["check_command"] == "tiktok-auth-all-feed!%s!a" % objects.scene.config
    objects.scene.sweep_keys["by"] = "service"
    objects.scene.write()
    assert service(objects.generate("nagios"), "all")["check_command"] == "tiktok-auth-all!" + objects.scene.config


@pytest.mark.system
def test_watched_uploads_have_a_service_where_it_is_wished(tmp_path):
    objects = made(tmp_path, 1)
    assert "watched uploads" not in objects.generate("nagios") + objects.generate("icinga2")
    made_service = service(objects.generate("nagios", "--videos"), "videos")
    assert made_service["check_command"] == "tiktok-auth-videos!" + objects.scene.config
    assert made_service["use"] == "tiktok-auth-videos" and made_service["contact_groups"] == "tiktok-platform"
    assert 'kind = "tiktok-auth-videos"' in objects.generate("icinga2", "--videos")
    with Nagios(objects.write("nagios", lambda _: objects.generate("nagios", "--videos"))) as engine:
        assert "Total Warnings: 0" in engine.check()[1]
    with Icinga(objects.write("icinga2", lambda _: objects.generate("icinga2", "--videos"))) as engine:
        status, said = engine.validate()
    assert status == 0 and "warning/" not in said, said


def test_a_faulty_row_is_told_and_the_rest_is_made(tmp_path):
    objects = made(tmp_path, 2)
    objects.scene.advertisers[1]["token"] = "nosuch"
    objects.scene.write()
    result = objects.scene.cli("generate", "nagios")
    assert result.exit == 0 and "nosuch" in result.err and ID in result.out and OTHER not in result.out


def test_an_output_file_is_replaced_whole_or_not_at_all(tmp_path):
    objects = made(tmp_path, 2)
    path = os.path.join(tmp_path, "out.cfg")
    assert objects.generate("nagios", "--output", path) == ""
    with open(path, encoding="utf-8") as file:
        assert file.read() == objects.generate("nagios")
    os.chmod(path, 0o640)
    inode = os.stat(path).st_ino
    objects.generate("nagios", "--output", path)
    assert os.stat(path).st_mode & 0o777 == 0o640 and os.stat(path).st_ino != inode
    link = os.path.join(tmp_path, "link.cfg")
    os.symlink(path, link)
    refused = objects.scene.cli("generate", "nagios", "--output", link)
    assert refused.exit == 1 and os.path.islink(link) and "link" in refused.err
    nowhere = objects.scene.cli("generate", "nagios", "--output", os.path.join(tmp_path, "no", "out.cfg"))
    assert nowhere.exit == 1 and nowhere.err


@as_root
def test_a_full_disk_leaves_the_old_objects(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False).returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        path = disk / "out.cfg"
        path.write_text("old\n")
        result = made(tmp_path, 200).scene.cli("generate", "nagios", "--output", str(path))
        assert result.exit == 1 and "space" in result.err.lower()
        assert path.read_text() == "old\n" and os.listdir(disk) == ["out.cfg"]
    finally:
        subprocess.run(["umount", disk], check=True)


def options_of_the_check():
    out = subprocess.run([program("check_tiktok_auth"), "--help"], stdout=subprocess.PIPE, check=False).stdout.decode()
    return set(re.findall(r"^ (?:-\w,|   ) (--[a-z-]+)", out, re.MULTILINE)) - {"--help", "--version"}


def test_the_check_command_of_icinga_has_every_option(tmp_path):
    text = read_text("nagios/icinga2/tiktok-auth-command.conf")
    assert set(re.findall(r'^    "(--[a-z-]+)" = ', text, re.MULTILINE)) == options_of_the_check()
    for option, variable in re.findall(r'^    "--([a-z-]+)" = \{\n      \w+ = "\$(\w+)\$"', text, re.MULTILINE):
        assert variable == "tiktok_auth_" + option.replace("-", "_")
    assert text.count("description = ") == len(options_of_the_check())


def test_the_basket_of_the_director_has_every_option_and_no_secret():
    text = read_text("nagios/director/tiktok-auth-basket.json")
    basket = json.loads(text)
    command = basket["Command"]["tiktok_auth"]
    assert set(command["arguments"]) == options_of_the_check()
    fields = {str(one["datafield_id"]) for one in command["fields"]}
    assert fields == set(basket["Datafield"])
    variables = {one.get("value", one.get("set_if")) for one in command["arguments"].values()}
    assert variables == {"$%s$" % one["varname"] for one in basket["Datafield"].values()}
    for template in basket["ServiceTemplate"].values():
        assert set(template["imports"]) <= set(basket["ServiceTemplate"])
    assert "uuid" not in text and "password" not in text


def test_the_commands_of_nagios_use_options_that_there_are():
    text = read_text("nagios/nagios4/tiktok-auth-commands.cfg")
    used = set(re.findall(r"--[a-z-]+", "\n".join(line for line in text.splitlines() if "check_tiktok_auth --" in line)))
    assert used <= options_of_the_check()
    assert used >= {"--config", "--advertiser", "--token", "--app", "--api", "--all", "--feed", "--videos"}


def test_a_hundred_thousand_advertisers(tmp_path):
    result = made(tmp_path, 100000).scene.cli("generate", "icinga2")
    assert result.exit == 0 and result.out.count("advertiser_id = ") == 100000
    assert result.peak_kib < 1 << 20
