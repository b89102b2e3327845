# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The whole tree that the agent should serve: computed from what the check says of each thing and from what the test
knows, by the rules of TIKTOK-AUTH-MIB and nothing of the agent's own."""

import calendar
import functools
import re
import time

from scene import read_text
from snmp import ROOT
from wire import COUNTER, GAUGE, INTEGER, OCTETS, numbers

TEXT_MAX, LONG_TEXT_MAX, WORD_MAX = 255, 1023, 32
LONGEST = {"TEXT": TEXT_MAX, "LONG_TEXT": LONG_TEXT_MAX, "WORD": WORD_MAX}
TAGS = {"TEXT": OCTETS, "LONG_TEXT": OCTETS, "WORD": OCTETS, "TIME": OCTETS, "AGE": INTEGER, "GAUGE": GAUGE,
        "NUMBER": GAUGE, "COUNTER": COUNTER, "STATE": INTEGER, "CAUSE": INTEGER, "URGENCY": INTEGER, "ACTOR": INTEGER,
        "KIND": INTEGER, "GRANTOR": INTEGER, "CONFIG": INTEGER}
GROUPS = {"SCALARS": 1, "APP": 2, "TOKEN": 3, "ADVERTISER": 4, "PROBLEM": 5, "FIX": 6, "EVENT": 7}
CONVENTIONS = {"STATE": "TtaState", "CAUSE": "TtaCause", "URGENCY": "TtaUrgency", "ACTOR": "TtaActor",
               "KIND": "TtaKind", "GRANTOR": "TtaGrantor", "CONFIG": "TtaConfigStatus"}
SEVERITY = ("critical", "unknown", "warning", "ok")  # from bad to good
NEVER = bytes(8)
# What text_safe() puts a question mark for, besides bytes that are no UTF-8.
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
ID_MAX, ID_HEAD = 64, 47


class Object:
    """An object of the MIB: group ("APP"), number, name ("ttaAppState"), syntax ("STATE"), access ("READ")."""

    def __init__(self, group, number, name, syntax, access):
        self.group = group
        self.number = int(number)
        self.name = name
        self.syntax = syntax
        self.access = access
        below = (1, GROUPS[group]) if group in ("SCALARS", "EVENT") else (1, GROUPS[group], 1)
        self.oid = numbers(ROOT) + below + (self.number,)


@functools.lru_cache(maxsize=None)
def objects():
    found = re.findall(r'X\((\w+), (\d+), \w+, "(\w+)", (\w+), (\w+)\)', read_text("plugin/core/mib_objects.h"))
    assert len(found) > 130
    return [Object(*one) for one in found]


def columns(group):
    """The readable columns of a table, or the scalars, in order."""
    return [one for one in objects() if one.group == group and one.access == "READ"]


@functools.lru_cache(maxsize=None)
def labels(syntax):
    """{"businessCenterAdmin": 6} of an enumeration, as the MIB file has it."""
    convention = re.search(r"^%s ::= TEXTUAL-CONVENTION.*?SYNTAX INTEGER \{(.*?)\}" % CONVENTIONS[syntax],
                           read_text("mibs/TIKTOK-AUTH-MIB.txt"), re.MULTILINE | re.DOTALL)
    return {name: int(number) for name, number in re.findall(r"(\w+)\((\d+)\)", convention.group(1))}


def label(syntax, name):
    """The number of "business_center_admin"."""
    return labels(syntax)[re.sub("_(.)", lambda found: found.group(1).upper(), name)]


def cut(data, most):
    """UTF-8 of at most so many bytes, whole characters."""
    return data[:most].decode(errors="ignore").encode()


def safe(text, most=TEXT_MAX):
    """Text that others wrote, as it is shown: "?" for what is no character to look at, blanks for line ends."""
    text = re.sub("[\r\n\t]", " ", text.replace("\r\n", " "))
    return cut(UNSAFE.sub("?", text).encode(), most)


def epoch(text):
    """0 for None."""
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) if text else 0


def date_and_time(seconds):
    """DateAndTime in UTC: 11 octets."""
    if not seconds:
        return NEVER
    at = time.gmtime(seconds)
    return at.tm_year.to_bytes(2, "big") + bytes(at[1:6]) + b"\0+\0\0"


class Time(int):
    """A moment for TIME and AGE objects: 0 never."""


class Between:
    """A moment or a number that is only known to lie within bounds."""

    def __init__(self, least, most):
        self.least = least
        self.most = most


def octets(data):
    return (len(data), *data)


def fnv(data):
    number = 0xCBF29CE484222325
    for byte in data:
        number = (number ^ byte) * 0x100000001B3 % 2 ** 64
    return number


def problem_index(kind, app, thing):
    data = thing.encode()
    if len(data) > ID_MAX:
        data = data[:ID_HEAD] + b"~%016x" % fnv(data)
    return (label("KIND", kind), *octets(app.encode()), *octets(data))


class Knowledge:
    """What the test knows and the check does not say.

    urls: {cause: runbook}, fixes: {cause: text}, severity: {cause: state}: what the configuration says. logins, notes:
    {token: text}. attempts: {token: moment}. scalars: {name: value} of what only the agent knows. single: whether each
    advertiser is asked for alone, or those that are ok in one list.
    """

    def __init__(self, scene):
        self.scene = scene
        self.urls, self.fixes, self.severity, self.scalars = {}, {}, {}, {}
        self.logins, self.notes, self.attempts = {}, {}, {}
        self.single = True

    def rows(self):
        found = {}
        for row in self.scene.advertisers:
            for token in row["token"].split():
                found[self.app_of(token), row["advertiser_id"]] = row
        return found

    def app_of(self, token):
        return self.scene.tokens[token].get("app", next(iter(self.scene.apps)))


def people(text):
    """As the inventory takes a name: one line of at most 300 bytes."""
    return re.sub("[\r\n\t]", " ", cut(text.encode(), 300).decode()).strip(" ")


def unauthorized(scene, *selection):
    return int(re.search(r"unauthorized=(\d+)", scene.check(*selection).out).group(1))


def text(value):
    return safe(value or "")


def steps(fix):
    return fix[0] if len(fix) == 1 else " ".join("%d. %s" % (i + 1, step) for i, step in enumerate(fix))


def part(prefix, said):
    """What the tables of apps, tokens and problems show alike of an answer of the check."""
    return {
        prefix + "Code": b"" if said["code"] is None else b"%d" % said["code"],
        prefix + "Message": text(said["message"]),
        prefix + "LastOk": Time(epoch(said["last_ok"])),
        prefix + "Verified": Time(epoch(said["verified_at"])),
    }


def verdict(prefix, said):
    return {
        prefix + "State": label("STATE", said["state"]),
        prefix + "Cause": label("CAUSE", said["cause"]),
        prefix + "Since": Time(epoch(said["since"])),
        prefix + "Urgency": label("URGENCY", said["urgency"]),
        prefix + "Actor": label("ACTOR", said["actor"]),
    }


def counts(prefix, said, lost):
    states = said["counts"]
    found = {prefix + state.capitalize(): states[state] for state in states}
    return {**found, prefix + "Advertisers": sum(states.values()), prefix + "Unauthorized": lost}


class Tree:
    """The instances that are expected: {oid: (object, value)}, asked for at this moment."""

    def __init__(self, knowledge):
        self.knowledge = knowledge
        self.scene = knowledge.scene
        self.value = {}
        self.all = self.scene.ask("--all")
        self.api = self.scene.ask("--api")
        self.rows = knowledge.rows()
        self.answers = {}
        for one in self.all["advertisers"]:
            key = (one["app"], one["advertiser_id"])
            if knowledge.single or one["state"] != "ok":
                alone = self.scene.ask("--advertiser", key[1], "--app", key[0])
                for what in ("state", "cause", "owner", "since", "verified_at", "code", "root_cause"):
                    assert alone[what] == one[what], (key, what)
                one = alone
            self.answers[key] = one
        self.causes = {one["cause"]: one for one in self.scene.cli("explain", "--json").json["causes"]}
        self.scalars()
        self.app_table()
        self.token_table()
        self.advertiser_table()
        self.problem_table()
        self.fix_table()

    def put(self, group, index, values):
        """All readable columns of one row, or all scalars; an age stands beside each time that has one."""
        left = dict(values)
        for one in columns(group):
            if one.name in left:
                self.value[one.oid + index] = (one, left.pop(one.name))
            else:
                assert one.syntax == "AGE" and one.name.endswith("Age"), "nobody says what %s is" % one.name
                self.value[one.oid + index] = (one, values.get(one.name[:-3], values.get(one.name[:-3] + "Time")))
        assert not left, left

    def expected_roots(self):
        """{(kind, app, id): [keys of the advertisers]} of what is not ok."""
        found = {}
        for (app, advertiser), one in self.answers.items():
            root = one["root_cause"]
            if one["state"] != "ok":
                kind = root["kind"]
                key = (kind, "" if kind == "api" else app, root["id"] or "")
                found.setdefault(key, []).append((app, advertiser))
        for name, said in self.apps().items():
            if said["state"] == "critical":
                found.setdefault(("app", name, name), [])
        for name, said in self.tokens().items():
            if said["state"] == "critical" and said["root_cause"]["kind"] == "token" and not said["endpoint"]:
                found.setdefault(("token", self.knowledge.app_of(name), name), [])
        return found

    @functools.lru_cache(maxsize=None)
    def apps(self):
        return {name: self.scene.ask("--app", name) for name in self.scene.apps}

    @functools.lru_cache(maxsize=None)
    def tokens(self):
        return {name: self.scene.ask("--token", name) for name in self.scene.tokens}

    def scalars(self):
        states = self.all["counts"]
        verified = [epoch(one["verified_at"]) for one in self.answers.values() if one["cause"] != "retired"]
        values = {
            "ttaSummary": text(self.all["summary"]),
            "ttaWorstState": label("STATE", self.all["state"]),
            "ttaAdvertisers": sum(states.values()),
            "ttaAdvertisersUnauthorized": unauthorized(self.scene, "--all") if self.answers else 0,
            "ttaRootCauses": len(self.expected_roots()),
            "ttaApiState": label("STATE", self.api["state"]),
            "ttaApiSummary": text(self.api["summary"]),
            "ttaOldestVerified": Time(min(verified, default=0)),
            "ttaConfigState": label("CONFIG", "current"),
            "ttaConfigFault": b"",
            "ttaVersion": self.scene.check("--version").out.split()[1].encode(),
            **{"ttaAdvertisers" + state.capitalize(): number for state, number in states.items()},
        }
        self.put("SCALARS", (0,), {**values, **self.knowledge.scalars})

    def app_table(self):
        for name, said in self.apps().items():
            self.put("APP", octets(name.encode()), {
                "ttaAppName": name.encode(), "ttaAppId": self.scene.apps[name]["app_id"].encode(),
                **part("ttaApp", said), **verdict("ttaApp", said),
                **counts("ttaApp", said, unauthorized(self.scene, "--app", name))})

    def token_table(self):
        for name, said in self.tokens().items():
            app = self.knowledge.app_of(name)
            granted_by = self.scene.tokens[name].get("granted_by", "client")
            fault = said["fault"]["cause"] if said["fault"] else "authorized"
            self.put("TOKEN", octets(app.encode()) + octets(name.encode()), {
                "ttaTokenApp": app.encode(), "ttaTokenName": name.encode(),
                "ttaTokenGrantedBy": label("GRANTOR", granted_by),
                "ttaTokenLogin": text(self.knowledge.logins.get(name)),
                "ttaTokenNote": text(self.knowledge.notes.get(name)),
                "ttaTokenFault": label("CAUSE", fault),
                "ttaTokenAttempt": self.knowledge.attempts[name],
                **part("ttaToken", said), **verdict("ttaToken", said),
                **counts("ttaToken", said, unauthorized(self.scene, "--token", name))})

    def advertiser_table(self):
        for (app, advertiser), said in self.answers.items():
            row = self.rows[app, advertiser]
            self.put("ADVERTISER", octets(app.encode()) + octets(advertiser.encode()), {
                "ttaAdvertiserApp": app.encode(), "ttaAdvertiserId": advertiser.encode(),
                "ttaAdvertiserName": text(people(row["name"])), "ttaAdvertiserOwner": text(people(row["owner"])),
                "ttaAdvertiserState": label("STATE", said["state"]),
                "ttaAdvertiserCause": label("CAUSE", said["cause"]),
                "ttaAdvertiserSince": Time(epoch(said["since"])),
                "ttaAdvertiserVerified": Time(epoch(said["verified_at"]))})

    def problem(self, kind, app, thing, said, speaks, **more):
        """speaks: the answer whose code, message and fix the row shows."""
        root = said["root_cause"] or {"kind": kind, "id": thing}
        cause = speaks["cause"]
        url = self.knowledge.urls.get(cause)
        if not url and cause == "not_verified" and speaks["fault"]:
            url = self.knowledge.urls.get(speaks["fault"]["cause"])
        values = {
            "ttaProblemKind": label("KIND", kind), "ttaProblemApp": app.encode(), "ttaProblemId": text(thing),
            "ttaProblemName": text(thing),
            **part("ttaProblem", speaks), **verdict("ttaProblem", said),
            "ttaProblemRequestId": text(speaks["request_id"]),
            "ttaProblemOwner": text(speaks["owner"]), "ttaProblemClient": text(speaks["client"]),
            "ttaProblemAction": text(speaks["summary"].rsplit(" - ", 1)[1]),
            "ttaProblemFix": safe(steps(speaks["fix"]), LONG_TEXT_MAX),
            "ttaProblemReauthUrl": safe(speaks["reauth_url"] or "", LONG_TEXT_MAX),
            "ttaProblemRunbookUrl": safe(url or "", LONG_TEXT_MAX),
            "ttaProblemRootKind": label("KIND", root["kind"]), "ttaProblemRootId": text(root["id"]),
            "ttaProblemMembers": 1,
        }
        self.put("PROBLEM", problem_index(kind, app, thing), {**values, **more})

    def problem_table(self):
        for (app, advertiser), said in self.answers.items():
            if said["state"] != "ok":
                self.problem("advertiser", app, advertiser, said, said,
                             ttaProblemName=text(people(self.rows[app, advertiser]["name"])))
        for (kind, app, thing), members in self.expected_roots().items():
            of_itself = {"ttaProblemRootKind": label("KIND", kind), "ttaProblemRootId": text(thing),
                         "ttaProblemMembers": len(members)}
            if kind in ("app", "token"):
                said = (self.apps() if kind == "app" else self.tokens())[thing]
                self.problem(kind, app, thing, said, said, **of_itself)
            elif kind in ("client", "endpoint"):
                self.root_of_members(kind, app, thing, members, of_itself)
        if self.api["state"] != "ok":
            self.problem("api", "", "", self.api, self.api, ttaProblemName=b"TikTok API",
                         ttaProblemRootKind=label("KIND", "api"), ttaProblemRootId=b"",
                         ttaProblemMembers=len(self.answers))

    def root_of_members(self, kind, app, thing, members, more):
        """The first of the worst gives state, cause and since; the worst and youngest loss speaks."""
        members = sorted(members, key=lambda key: (len(key[1]), key[1]))
        worst = self.answers[min(members, key=lambda key: SEVERITY.index(self.answers[key]["state"]))]
        speaks = self.answers[min(members, key=lambda key: (SEVERITY.index(self.answers[key]["state"]),
                                                            -epoch(self.answers[key]["since"])))]
        self.problem(kind, app, thing, {**speaks, "state": worst["state"], "cause": worst["cause"],
                                        "since": worst["since"]}, speaks, **more)

    def fix_table(self):
        for number, (cause, told) in enumerate(self.causes.items(), 1):
            state = self.knowledge.severity.get(cause) or told["state"] or "unknown"
            own = self.knowledge.fixes.get(cause)
            self.put("FIX", (number,), {
                "ttaFixCause": cause.encode(), "ttaFixClass": told["class"].encode(),
                "ttaFixState": label("STATE", state), "ttaFixUrgency": label("URGENCY", told["urgency"]),
                "ttaFixActor": label("ACTOR", told["actor"]),
                "ttaFixMeaning": safe(told["meaning"], LONG_TEXT_MAX),
                "ttaFixImpact": safe(told["impact"], LONG_TEXT_MAX),
                "ttaFixClient": safe(own or steps(told["fix"]), LONG_TEXT_MAX),
                "ttaFixUs": safe(own or steps(told["fix_us"]), LONG_TEXT_MAX),
                "ttaFixRunbookUrl": safe(self.knowledge.urls.get(cause, ""), LONG_TEXT_MAX)})
            assert label("CAUSE", cause) == number

    def differences(self, found, since, until):
        """What is wrong with these varbinds [(oid, tag, value)], which were asked for between the two times."""
        wrong = []
        got = {oid: (tag, value) for oid, tag, value in found}
        for oid in sorted(set(self.value) - set(got)):
            wrong.append("%s of %s is missing" % (self.value[oid][0].name, oid[len(numbers(ROOT)):]))
        for oid in sorted(set(got) - set(self.value)):
            wrong.append("%s should not be there: %r" % (oid, got[oid]))
        for oid in sorted(set(got) & set(self.value)):
            one, value = self.value[oid]
            tag, seen = got[oid]
            why = "type %#x" % tag if tag != TAGS[one.syntax] else self.compare(one, value, seen, since, until)
            if why:
                wrong.append("%s of %s: %s" % (one.name, oid[len(one.oid):], why))
        if len(got) != len(found):
            wrong.append("an instance came twice")
        return wrong

    @staticmethod
    def compare(one, value, seen, since, until):
        """None, or what is wrong."""
        if one.syntax in ("TIME", "AGE"):
            moment = value if isinstance(value, Between) else Between(value, value)
            if one.syntax == "TIME":
                good = any(seen == date_and_time(at) for at in range(int(moment.least), int(moment.most) + 1))
            elif moment.most:
                good = max(0, int(since) - int(moment.most)) <= seen <= int(until) - int(moment.least)
            else:
                good = seen == -1
        elif isinstance(value, Between):
            good = value.least <= seen <= value.most
        else:
            good = seen == value
        if isinstance(seen, bytes) and len(seen) > LONGEST.get(one.syntax, len(seen)):
            good = False
        return None if good else "%r instead of %r" % (seen, vars(value) if isinstance(value, Between) else value)
