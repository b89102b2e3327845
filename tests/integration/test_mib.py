# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""TIKTOK-AUTH-MIB, the tables in C and what monitoring systems load say the same, whatever the root is."""

import glob
import json
import os
import re
import shutil
import subprocess
import tomllib
import uuid
import xml.etree.ElementTree

import pytest

from scene import make, program, programs, read_text, sanitized, top

yaml = pytest.importorskip("yaml")

BASE_MODULES = "".join(sorted(glob.glob("/usr/lib/erlang/lib/snmp-*/mibs"))[-1:])
pytestmark = [pytest.mark.system,
              pytest.mark.skipif(not BASE_MODULES or not shutil.which("smilint") or not shutil.which("snmptranslate"),
                                 reason="needs smitools, snmp and erlang-snmp")]

MODULE = "TIKTOK-AUTH-MIB"
DEFAULT_ROOT = "1.3.6.1.4.1.8072.9999.9999.40001"
OTHER_ROOT = "1.3.6.1.4.1.99999.7.1"
NMS_FILES = ["opennms-events.xml", "snmp_exporter.yml", "snmptt.conf", "telegraf.conf", "zabbix-template.yaml"]

# Syntaxes of the C tables, as the MIB has them: a type's name, or a base type with the size of its values.
SYNTAXES = {
    "text": ("SnmpAdminString", 0, 255), "word": ("DisplayString", 0, 32),
    "long_text": "TtaLongText", "time": "DateAndTime", "age": "TtaAge",
    "gauge": "Gauge32", "counter": "Counter32", "number": "Unsigned32",
    "state": "TtaState", "cause": "TtaCause", "urgency": "TtaUrgency", "actor": "TtaActor", "kind": "TtaKind",
    "grantor": "TtaGrantor", "config": "TtaConfigStatus",
}
INDEX_SIZES = {
    "ttaAppIndex": (1, 32), "ttaTokenIndexApp": (1, 32), "ttaTokenIndex": (1, 32), "ttaAdvertiserIndexApp": (1, 32),
    "ttaAdvertiserIndex": (1, 20), "ttaProblemIndexApp": (0, 32), "ttaProblemIndex": (0, 64),
}


def made(name, build=None):
    return os.path.join(build or programs(), "mibs", "made", name)


def made_text(name):
    with open(made(name), encoding="utf-8") as file:
        return file.read()


# --- What the C tables say ----------------------------------------------------------------------------------


class Dump:
    """The C tables. objects: {name: (oid, syntax, access)}; labels: {syntax: {value: label}}; notifications:
    {name: (oid, [object])}."""

    def __init__(self, build=None):
        shown = subprocess.run([os.path.join(build or programs(), "tests/unit/mib_dump")], capture_output=True, text=True,
                               check=True).stdout
        self.root, self.objects, self.labels, self.notifications = None, {}, {}, {}
        for kind, *fields in (line.split("\t") for line in shown.splitlines()):
            if kind == "root":
                self.root = fields[0]
            elif kind == "object":
                self.objects[fields[0]] = tuple(fields[1:])
            elif kind == "label":
                self.labels.setdefault(fields[0], {})[int(fields[1])] = fields[2]
            elif kind == "notification":
                self.notifications[fields[0]] = (fields[1], fields[2:])

    def names(self):
        """{oid: name} of what an NMS may ask for or be sent; scalars with their instance, too."""
        found = {oid: name for name, (oid, _, access) in self.objects.items() if access != "noaccess"}
        found.update({oid + ".0": name for oid, name in list(found.items()) if oid.startswith(self.root + ".1.1.")})
        found.update({oid: name for name, (oid, _) in self.notifications.items()})
        return found


@pytest.fixture(scope="module")
def dump():
    return Dump()


# --- What the MIB says --------------------------------------------------------------------------------------


def run_smi(tool, path, *options):
    environment = {**os.environ, "SMIPATH": BASE_MODULES + ":" + os.path.dirname(path)}
    return subprocess.run([tool, *options, path], env=environment, capture_output=True, text=True, check=False)


def assert_lint_is_silent(path):
    said = run_smi("smilint", path, "-l", "6")
    assert (said.stdout, said.stderr) == ("", "")


def translate(folder, scratch, *arguments):
    """snmptranslate with our module, and nothing of this host's configuration."""
    environment = {"PATH": os.environ["PATH"], "MIBDIRS": BASE_MODULES + ":" + str(folder), "MIBS": MODULE,
                   "SNMPCONFPATH": str(scratch), "SNMP_PERSISTENT_DIR": str(scratch), "HOME": str(scratch)}
    shown = subprocess.run(["snmptranslate", *arguments], env=environment, capture_output=True, text=True, check=False)
    complaints = [line for line in shown.stderr.splitlines() if not line.startswith("Created directory: ")]
    assert shown.returncode == 0 and complaints == [], shown
    return shown.stdout


@pytest.fixture(scope="module")
def module():
    """The module as libsmi parses it."""
    shown = run_smi("smidump", made(MODULE + ".txt"), "-k", "-q", "-f", "python")
    assert shown.returncode == 0 and shown.stderr == "", shown.stderr
    found = {}
    exec(compile(shown.stdout, "smidump", "exec"), found)  # pylint: disable=exec-used
    return found["MIB"]


def type_of(node):
    """The name of a node's type, or (name, least size, greatest size)."""
    syntax = node["syntax"]["type"]
    if "basetype" not in syntax:
        return syntax["name"]
    parent = syntax.get("parent module", {}).get("type", syntax["basetype"])
    return parent, int(syntax["range"]["min"]), int(syntax["range"]["max"])


def test_smilint_says_nothing():
    assert_lint_is_silent(made(MODULE + ".txt"))
    assert_lint_is_silent(os.path.join(top(), "mibs", MODULE + ".txt"))


def test_net_snmp_loads_it_without_a_warning(dump, tmp_path):
    folder = os.path.dirname(made("x"))
    for name, (oid, _, _) in dump.objects.items():
        if name in ("ttaSummary", "ttaAdvertiserState", "ttaProblemIndex", "ttaFixRunbookUrl", "ttaEventNote"):
            assert translate(folder, tmp_path, "-IR", "-On", name) == ".%s\n" % oid
    tree = translate(folder, tmp_path, "-Tp", "-IR", "tiktokAuthMIB")
    for name in [*dump.objects, *dump.notifications]:
        assert re.search(r"\b%s\(\d+\)" % name, tree), name
    row = translate(folder, tmp_path, "-On", MODULE + '::ttaAdvertiserState."main"."75"')
    assert row == ".%s.4.109.97.105.110.2.55.53\n" % dump.objects["ttaAdvertiserState"][0]


def test_objects_are_those_of_the_tables(dump, module):
    nodes = {name: node for name, node in module["nodes"].items() if node["nodetype"] in ("scalar", "column")}
    assert {name: (node["oid"], node["access"]) for name, node in nodes.items()} == {
        name: (oid, access) for name, (oid, _, access) in dump.objects.items()}
    for name, (_, syntax, access) in dump.objects.items():
        if name in INDEX_SIZES:
            kind = "OctetString" if name == "ttaProblemIndex" else "DisplayString"
            expected = (kind, *INDEX_SIZES[name])
        else:
            expected = SYNTAXES[syntax]
        assert type_of(nodes[name]) == expected, name
        assert access != "noaccess" or expected[0] != "SnmpAdminString"
        assert (nodes[name].get("units") == "seconds") == (syntax == "age"), name
    assert module["nodes"]["tiktokAuthMIB"]["oid"] == dump.root


def test_rows_are_named_by_their_indexes(dump, module):
    rows = {name: node for name, node in module["nodes"].items() if node["nodetype"] == "row"}
    assert len(rows) == 5
    for name, row in rows.items():
        assert row["linkage"] == [of for of, (oid, _, access) in dump.objects.items()
                                  if access == "noaccess" and oid.rsplit(".", 1)[0] == row["oid"]], name
        assert "implied" not in row


def test_enumerations_have_the_values_of_the_tables(dump, module):
    types = {SYNTAXES[syntax]: labels for syntax, labels in dump.labels.items()}
    found = {name: {int(number["number"]): label for label, number in body.items()
                    if isinstance(number, dict) and number.get("nodetype") == "namednumber"}
             for name, body in module["typedefs"].items() if body["basetype"] == "Enumeration"}
    assert found == types
    long_text, age = module["typedefs"]["TtaLongText"], module["typedefs"]["TtaAge"]
    assert (long_text["basetype"], long_text["range"], long_text["format"]) == (
        "OctetString", {"min": "0", "max": "1023"}, "1023t")
    assert (age["basetype"], age["range"]) == ("Integer32", {"min": "-1", "max": "2147483647"})


def test_every_cause_is_explained(dump, module):
    text = module["typedefs"]["TtaCause"]["description"]
    for value, label in dump.labels["cause"].items():
        assert re.search(r"^%s\(%d\)  \S" % (label, value), text, re.MULTILINE), label


def test_notifications_carry_what_the_tables_say(dump, module):
    assert {name: (node["oid"], list(node["objects"])) for name, node in module["notifications"].items()} == dump.notifications


def test_what_snmpttconvertmib_reads(dump):
    """A comment block in each notification: it must name arguments that are there."""
    text = made_text(MODULE + ".txt")
    blocks = re.findall(r'^(\w+) NOTIFICATION-TYPE\n.*?--#TYPE "([^"]+)"\n\s+--#SUMMARY "([^"]+)"\n'
                        r"\s+--#ARGUMENTS \{ ([\d,]+) \}\n\s+--#SEVERITY (\w+)\n\s+::= \{ ttaNotifications", text,
                        re.MULTILINE | re.DOTALL)
    assert [block[0] for block in blocks] == list(dump.notifications)
    severities = dict(re.findall(r"^EVENT (\w+) \S+ \"[^\"]+\" (\w+)$", made_text("snmptt.conf"), re.MULTILINE))
    for name, _, summary, arguments, severity in blocks:
        places = [int(place) for place in arguments.split(",")]
        assert summary.count("%s") == len(places) and max(places) < len(dump.notifications[name][1]), name
        assert severity == severities[name]


# --- What monitoring systems load ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NMS_FILES)
def test_only_objects_that_exist_are_named(dump, name):
    """Numbers and names; and nothing of the problem table, whose rows go."""
    text = made_text(name)
    known = dump.names()
    numbers = set(re.findall(r"(?<![\d.])\.?(%s(?:\.\d+)*)" % re.escape(dump.root), text))
    assert numbers
    for number in numbers - {dump.root, dump.root + ".0"}:
        assert number in known, number
        assert not number.startswith(dump.root + ".1.5.")
    names = set(re.findall(r"\btta[A-Z]\w+", text)) - {"ttaProblemTable"}
    assert names <= {*dump.objects, *dump.notifications}, names - {*dump.objects, *dump.notifications}
    assert all(line.isascii() for line in text.splitlines())


def test_snmptt(dump):
    text = made_text("snmptt.conf")
    events = re.findall(r'^EVENT (\w+) \.(\S+) "[^"]+" (\w+)\nFORMAT (.+)\nSDESC\n(?:.+\n)+EDESC$', text, re.MULTILINE)
    assert [(name, oid) for name, oid, _, _ in events] == [(name, oid) for name, (oid, _) in dump.notifications.items()]
    assert [severity for _, _, severity, _ in events] == ["CRITICAL", "WARNING", "MINOR", "NORMAL", "WARNING"]
    for name, _, _, shown in events:
        objects = dump.notifications[name][1]
        used = {objects[int(place) - 1] for place in re.findall(r"\$(\d+)", shown)}
        if name == "ttaSummaryEvent":
            assert {"ttaSummary", "ttaWorstState", "ttaEventChanges"} <= used
        else:
            assert {"ttaProblemState", "ttaProblemName", "ttaProblemId", "ttaProblemCause", "ttaProblemFix"} <= used
    legend = re.findall(r"\$(\d+) ", text.split("# $1 number", 1)[0] + "# $1 number" +
                        text.split("# $1 number", 1)[1].split("\n\n", 1)[0])
    assert max(map(int, legend)) == len(dump.notifications["ttaCriticalEvent"][1])


def test_opennms(dump):
    space = {"e": "http://xmlns.opennms.org/xsd/eventconf"}
    events = xml.etree.ElementTree.parse(made("opennms-events.xml")).getroot().findall("e:event", space)
    severities, keys, clears = [], [], []
    for event, (name, (oid, objects)) in zip(events, dump.notifications.items(), strict=True):
        mask = {element.find("e:mename", space).text: element.find("e:mevalue", space).text
                for element in event.findall("e:mask/e:maskelement", space)}
        # RFC 3584: the enterprise is what stands before the 0.
        assert mask == {"id": "." + oid.rsplit(".", 2)[0], "generic": "6", "specific": oid.rsplit(".", 1)[1]}
        assert event.find("e:uei", space).text.endswith("/%s/%s" % (MODULE, name))
        severities.append(event.find("e:severity", space).text)
        places = {int(place) for place in re.findall(r"%parm\[#(\d+)\]%", "".join(event.itertext()))}
        alarm = event.find("e:alarm-data", space).attrib
        places |= {int(place) for place in re.findall(r"%parm\[#(\d+)\]%", alarm["reduction-key"])}
        assert max(places) <= len(objects)
        decoded = {}
        for decode in event.findall("e:varbindsdecode", space):
            place = int(re.fullmatch(r"parm\[#(\d+)\]", decode.find("e:parmid", space).text).group(1))
            decoded[place] = {int(one.get("varbindvalue")): one.get("varbinddecodedstring")
                              for one in decode.findall("e:decode", space)}
        # Every enumeration that is shown comes as a word.
        assert decoded == {place: dump.labels[dump.objects[of][1]] for place, of in enumerate(objects, 1)
                           if dump.objects[of][1] in dump.labels}
        keys.append(alarm["reduction-key"])
        clears.append(alarm.get("clear-key"))
    assert severities == ["Critical", "Warning", "Minor", "Cleared", "Warning"]
    assert keys[0] == keys[1] == keys[2] == clears[3] and len(set(keys)) == 3
    objects = dump.notifications["ttaClearEvent"][1]
    named = [objects[int(place) - 1] for place in re.findall(r"%parm\[#(\d+)\]%", keys[0])]
    assert named == ["ttaProblemApp", "ttaProblemRootKind", "ttaProblemRootId"]


def below(value):
    """Every mapping in a tree of YAML."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from below(one)


def test_zabbix(dump):
    export = yaml.safe_load(made_text("zabbix-template.yaml"))["zabbix_export"]
    template = export["templates"][0]
    known = dump.names()
    assert export["version"] == "6.0" and len(export["templates"]) == 1
    identities = [one["uuid"] for one in below(export) if "uuid" in one]
    assert len(identities) > 30 and len(set(identities)) == len(identities)
    assert all(uuid.UUID(one).version == 4 and re.fullmatch("[0-9a-f]{32}", one) for one in identities)
    keys = [one["key"] for one in below(template) if "key" in one]
    assert len(set(keys)) == len(keys)
    for item in [one for one in below(template) if str(one.get("key", "")).startswith("tta[")]:
        name, instance = re.fullmatch(r"tta\[(\w+)\.(0|\{#SNMPINDEX\})\]", item["key"]).groups()
        assert item["snmp_oid"] == dump.objects[name][0] + "." + instance
        if dump.objects[name][1] in dump.labels:
            assert item["valuemap"]["name"] == SYNTAXES[dump.objects[name][1]]
    maps = {one["name"]: {int(row["value"]): row["newvalue"] for row in one["mappings"]} for one in template["valuemaps"]}
    assert maps == {SYNTAXES[syntax]: labels for syntax, labels in dump.labels.items() if syntax in ("state", "config")}
    for rule in template["discovery_rules"]:
        macros = re.fullmatch(r"discovery\[(.*)\]", rule["snmp_oid"]).group(1).split(",")
        assert all(re.fullmatch(r"\{#[A-Z]+\}", macro) for macro in macros[::2])
        assert all(known[oid].startswith(("ttaApp", "ttaToken", "ttaAdvertiser")) for oid in macros[1::2])
        used = set(re.findall(r"\{#([A-Z]+)\}", yaml.safe_dump(rule["item_prototypes"]))) - {"SNMPINDEX"}
        assert used <= {macro[2:-1] for macro in macros[::2]}
    expressions = [one["expression"] for one in below(template) if "expression" in one]
    for expression in expressions:
        of, key = re.search(r"\(/([^/]+)/(tta\[[^\]]+\])", expression).groups()
        assert of == template["template"] and key in keys
    assert any(expression.startswith("nodata(") for expression in expressions)
    assert any("ttaAdvertiserState" in expression for expression in expressions)
    traps = [one for one in below(template) if one.get("type") == "SNMP_TRAP"]
    pattern = re.fullmatch(r'snmptrap\["(.*)"\]', traps[0]["key"]).group(1)
    for name, (oid, _) in dump.notifications.items():
        assert re.search(pattern, "SNMPv2-MIB::snmpTrapOID.0 = OID: .%s" % oid)
        assert re.search(pattern, "OID: %s::%s" % (MODULE, name))


def test_snmp_exporter(dump):
    config = yaml.safe_load(made_text("snmp_exporter.yml"))["tiktok_auth"]
    read = {*config["walk"], *(oid.removesuffix(".0") for oid in config["get"])}
    names = {metric["name"] for metric in config["metrics"]}
    assert {"ttaAdvertiserState", "ttaTokenState", "ttaAppState", "ttaWorstState", "ttaApiState"} <= names
    for metric in config["metrics"]:
        oid, syntax, _ = dump.objects[metric["name"]]
        assert metric["oid"] == oid and oid in read
        assert metric["type"] == ("counter" if syntax == "counter" else "gauge")
        indexes = [of for of, (number, _, access) in dump.objects.items()
                   if access == "noaccess" and number.rsplit(".", 1)[0] == oid.rsplit(".", 1)[0]]
        assert [index["type"] for index in metric.get("indexes", [])] == ["DisplayString"] * len(indexes), metric
        for lookup in metric.get("lookups", []):
            assert lookup["oid"] in config["walk"]
            assert lookup["labels"] == [index["labelname"] for index in metric["indexes"]]
    assert all(oid.endswith(".0") for oid in config["get"])


def test_telegraf(dump):
    config = tomllib.loads(made_text("telegraf.conf"))["inputs"]["snmp"][0]
    known = dump.names()
    for field in config["field"]:
        assert field["oid"] == ".%s.0" % dump.objects[field["name"]][0]
    for table in config["table"]:
        tags = [field for field in table["field"] if field.get("is_tag")]
        assert {known[tag["oid"][1:]] for tag in tags} and all(tag["name"] in ("app", "token", "advertiser_id") for tag in tags)
        for field in table["field"]:
            if field not in tags:
                assert field["oid"] == "." + dump.objects[field["name"]][0]
        # The columns of one row share its index.
        assert len({field["oid"].rsplit(".", 1)[0] for field in table["field"]}) == 1


# --- Another root -------------------------------------------------------------------------------------------


def rewritten(name, root):
    return subprocess.run(["awk", "-v", "root=" + root, "-f", os.path.join(top(), "mibs/root.awk"),
                           os.path.join(top(), "mibs", name)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", [MODULE + ".txt", *NMS_FILES])
def test_the_files_of_the_sources_have_the_default_root(name):
    assert rewritten(name, DEFAULT_ROOT) == read_text("mibs/" + name)


@pytest.mark.parametrize("root", ["1.3.6.1.4.1.99999", OTHER_ROOT, "1.3.6.1.4.1.8072.9999.9999.4000", "1.3.6.1.3.4711.1",
                                  "1.3.6.1.4.1.99999.0.2.3.4.5.6.7.8.9.10.11.12.2147483647"])
def test_the_module_is_sound_below_any_root(root, tmp_path):
    path = os.path.join(tmp_path, MODULE + ".txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(rewritten(MODULE + ".txt", root))
    assert_lint_is_silent(path)
    assert translate(tmp_path, tmp_path, "-IR", "-On", "ttaAdvertiserState") == ".%s.1.4.1.6\n" % root
    for name in NMS_FILES:
        text = rewritten(name, root)
        assert text == read_text("mibs/" + name).replace(DEFAULT_ROOT, root)
        assert ("%s.0" % root) in text or ("%s.1.4.1.6" % root) in text or (".%s<" % root) in text


def test_a_build_with_another_root(configure, tmp_path):
    """MIB, files, tables and tool follow it, and follow again when the same folder is configured anew."""
    build = os.path.join(tmp_path, "build")
    os.mkdir(build)
    flags = ["--enable-sanitizers"] if sanitized() else []
    targets = ["tiktok-auth", "tests/unit/mib_dump", *("mibs/made/" + name for name in [MODULE + ".txt", *NMS_FILES])]
    for root in (OTHER_ROOT, "1.3.6.1.3.4711"):
        configured = subprocess.run([configure, "-q", "--with-mib-root=" + root, "CFLAGS=-O0", *flags], cwd=build,
                                    capture_output=True, text=True, check=False)
        assert configured.returncode == 0, configured.stderr
        make("-j2", *targets, folder=build)
        assert Dump(build).root == root
        shown = subprocess.run([os.path.join(build, "tiktok-auth"), "oid", "--json"], capture_output=True, text=True,
                               check=True).stdout
        numbers = {one["name"]: one["oid"] for one in json.loads(shown)["scalars"]}
        assert numbers["ttaWorstState"] == root + ".1.1.2.0" and len(numbers) == 31
        folder = os.path.dirname(made("x", build))
        assert_lint_is_silent(made(MODULE + ".txt", build))
        assert translate(folder, tmp_path, "-IR", "-On", "ttaWorstState.0") == ".%s\n" % numbers["ttaWorstState"]
        for name in [MODULE + ".txt", *NMS_FILES]:
            with open(made(name, build), encoding="utf-8") as file:
                text = file.read()
            assert DEFAULT_ROOT not in text and "8072" not in text, name
            assert text == rewritten(name, root), name


@pytest.mark.parametrize("root, allowed", [
    ("", "numbers with dots"), ("no", "an OID below 1.3.6.1|numbers with dots"), (".1.3.6.1.4.1.9.9", "numbers with dots"),
    ("1.3.6.1.4.1.9.", "numbers with dots"), ("1.3.6.1.4.1.9..9", "numbers with dots"),
    ("1.3.6.1.4.1.-9", "numbers with dots"), ("1.3.6.1.4.1.9 9", "numbers with dots"),
    ("1.3.6.1.4.1.9\n9", "one line|numbers with dots"), ("1.3.6.1.4.1.09", "leading zeros"),
    ("1.3.6.1.4.1.4294967296", "4294967295"), ("1.3.6.1.4.1.99999999999999999999", "4294967295"),
    ("1.3.6.1", "below 1.3.6.1"), ("2.16.840.1", "below 1.3.6.1"), ("1.3.6.10.4.1.9", "below 1.3.6.1"),
    ("1.3.6.1.4.1", "of your own"), ("1.3.6.1.4.1" + 15 * ".9", "20 numbers")])
def test_a_bad_root_is_refused(configure, tmp_path, root, allowed):
    refused = subprocess.run([configure, "-q", "--with-mib-root=" + root], cwd=tmp_path, capture_output=True, text=True,
                             check=False)
    assert refused.returncode != 0 and "--with-mib-root=" in refused.stderr, refused
    assert re.search(allowed, refused.stderr), refused.stderr
    assert not os.path.exists(os.path.join(tmp_path, "Makefile"))


def test_the_tool_is_built_with_this_root(dump):
    shown = subprocess.run([program("tiktok-auth"), "oid"], capture_output=True, text=True, check=True).stdout
    rows = dict(re.findall(r"^(tta\w+) +\S+ +([\d.]+)$", shown, re.MULTILINE))
    assert rows == {name: oid + ".0" for name, (oid, _, access) in dump.objects.items()
                    if oid.startswith(dump.root + ".1.1.")}
