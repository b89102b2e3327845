# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What is written twice agrees: --help, man pages, configuration table, sample files and README."""

import os
import re
import shutil
import subprocess

import pytest

from scene import Scene, read_text, top

CHECK_MAN = "plugin/check/check_tiktok_auth.8"
CLI_MAN = "plugin/cli/tiktok-auth.1"
CONF_MAN = "plugin/cli/tiktok-auth.conf.5"
SAMPLE = "plugin/cli/tiktok-auth.conf.sample"
CSV_SAMPLE = "plugin/cli/advertisers.csv.sample"


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path, "http://127.0.0.1:1")


def options_of_help(text):
    """{name: argument or ""} of the options that a --help lists."""
    return dict(re.findall(r"^ +(?:-\w, )?--([a-z-]+)(?: ([A-Z]+))?", text, re.MULTILINE))


def options_of_man(text):
    """The same of the tags of a part of a man page."""
    return {name: argument for name, argument in
            re.findall(r"^\.It (?:Fl \w , )?Fl -([a-z-]+)(?: Ar (\w+))?", text, re.MULTILINE)}


def parts(text):
    """{heading: text} of the .Ss and .Sh parts of a man page; a heading without its macros."""
    pieces = re.split(r"^\.S[hs] (.*)\n", text, flags=re.MULTILINE)
    return {re.sub(r" (Op|Ar)\b.*", "", heading): body for heading, body in zip(pieces[1::2], pieces[2::2])}


# --- Programs -----------------------------------------------------------------------------------------------


def test_options_of_the_check(scene):
    shown = scene.check("--help").out
    options = options_of_help(shown)
    assert len(options) == 18
    assert options == options_of_man(read_text(CHECK_MAN))
    letters = dict(re.findall(r"^ -(\w), --([a-z-]+)", shown, re.MULTILINE))
    assert letters == dict(re.findall(r"^\.It Fl (\w) , Fl -([a-z-]+)", read_text(CHECK_MAN), re.MULTILINE))


def commands(scene):
    return re.findall(r"^  ([a-z]+) +\S", scene.cli("--help").out, re.MULTILINE)


def test_commands_of_the_tool(scene):
    names = commands(scene)
    assert {"status", "explain", "history", "sweep", "doctor", "message", "retire", "discover",
            "oid"} <= set(names)
    manual = parts(read_text(CLI_MAN))
    assert [heading for heading in manual if heading.islower()] == names
    for name in names:
        options = options_of_help(scene.cli(name, "--help").out)
        assert options.pop("config") == "FILE" and options.pop("help") == ""
        assert options == options_of_man(manual[name]), name


def test_the_help_of_every_command_fits_a_terminal(scene):
    for words in ([], *([name] for name in commands(scene))):
        result = scene.cli(*words, "--help")
        assert result.exit == 0 and result.err == "", result
        assert all(len(line) <= 80 for line in result.out.splitlines()), result


def test_exit_codes_of_the_manuals(scene):
    codes = re.findall(r"^\.It (\d)$", parts(read_text(CLI_MAN))["EXIT STATUS"], re.MULTILINE)
    assert codes == ["0", "1", "2"]


# --- Configuration ------------------------------------------------------------------------------------------


def table():
    """{section: {key: default or None}} of the program."""
    source = read_text("plugin/core/config_table.c")
    rows = re.findall(r'^ +\{SECTION_(\w+), ("\w+"|NULL), KEY_\w+, \w+\(\w+\), ([^,]+), ',
                      re.sub(r"\n {5,}", " ", source), re.MULTILINE)
    found = {}
    for section, key, default in rows:
        if default.isupper():
            default = "NULL" if default == "NULL" else re.search("#define %s (.*)" % default, source).group(1)
        default = None if default == "NULL" else default.replace('LOCALSTATEDIR "', '"/var').strip('"')
        found.setdefault(section.lower(), {})[key.strip('"')] = default
    assert sum(map(len, found.values())) > 40
    return found


def test_keys_of_the_manual():
    manual = {re.sub(r"\[(\w+).*\]", r"\1", heading): body for heading, body in parts(read_text(CONF_MAN)).items()
              if heading.startswith("[")}
    keys = table()
    assert set(manual) == set(keys)
    for section, body in manual.items():
        tags = dict(re.findall(r"^\.It Ic (\w+) =(.*)", body, re.MULTILINE))
        if section == "severity":
            continue
        assert set(tags) == set(keys[section]), section
        for key, default in keys[section].items():
            shown = re.search(r"Pq Ql (.+)", tags[key])
            assert (shown.group(1) if shown else None) == default, (section, key)


def sample_keys():
    """[(section, key, value, is commented out, is an example)] of the sample."""
    section, example, found = None, False, []
    for line in read_text(SAMPLE).splitlines():
        heading = re.match(r"#?\[(\w+).*\]$", line)
        key = re.match(r"(#?)(\w+) = (.*)", line)
        if heading:
            section = heading.group(1)
        elif key:
            found.append((section, key.group(2), key.group(3), bool(key.group(1)), example))
        elif line.startswith("# "):
            example = "xample" in line
        elif not line:
            example = False
    return found


def test_keys_of_the_sample():
    keys = table()
    shown = sample_keys()
    del keys["severity"]
    for section, expected in keys.items():
        assert {key for of, key, *_ in shown if of == section} == set(expected), section
    # What stands there commented out, and is no example, is the default.
    for section, key, value, commented, example in shown:
        if commented and not example and keys.get(section, {}).get(key):
            assert value == keys[section][key], (section, key)


def with_files(folder, text):
    """Writes a configuration as it stands in a document, beside the secrets and inventories that it names."""
    text = text.replace("/etc/tiktok-auth/", "").replace("/var/lib/tiktok-auth/", str(folder) + "/")
    for name in re.findall(r"^(?:secret_file|token_file) = (\S+)", text, re.MULTILINE):
        with open(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write("secret-1\n")
    path = os.path.join(folder, "tiktok-auth.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n[store]\npath = %s/state.db\n" % folder)
    return path


def assert_parses(scene, config):
    result = scene.cli("doctor", "--offline", "--json", "--config", config).json
    spoken = [finding for finding in result["findings"] if finding["area"] in ("configuration", "secrets")]
    assert spoken and {finding["level"] for finding in spoken} == {"ok"}, spoken


def test_the_sample_parses_without_complaint(scene, tmp_path):
    text = read_text(SAMPLE).split("[store]")[0]
    shutil.copy(os.path.join(top(), CSV_SAMPLE), os.path.join(tmp_path, "advertisers.csv"))
    assert_parses(scene, with_files(tmp_path, text))


def test_every_key_of_the_sample_is_taken(scene, tmp_path):
    """Also what stands there commented out: no key but those that need the other kind of token complains."""
    text = re.sub(r"^#(\w+ = |\[)", r"\1", read_text(SAMPLE), flags=re.MULTILINE)
    path = os.path.join(tmp_path, "whole.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    for name in ("agency.secret", "emea-01.token"):
        scene.write_secret(name, "secret-1")
    shutil.copy(os.path.join(top(), CSV_SAMPLE), os.path.join(tmp_path, "advertisers.csv"))
    findings = scene.cli("doctor", "--offline", "--json", "--config", path).json["findings"]
    complaints = [finding["text"] for finding in findings
                  if finding["area"] == "configuration" and finding["level"] == "problem"]
    allowed = r"\[tokens\]|advertiser 7502022393087590401"  # examples that exclude each other
    assert [text for text in complaints if not re.search(allowed, text)] == []


# --- README -------------------------------------------------------------------------------------------------


def blocks(text, after):
    """The indented block behind the line that contains this."""
    behind = text[text.index(after):].split("\n", 1)[1]
    lines = []
    for line in behind.splitlines():
        if line.startswith("    ") or (not line and lines):
            lines.append(line[4:])
        elif lines:
            break
    return "\n".join(lines).strip() + "\n"


def test_the_configuration_of_the_readme_parses_without_complaint(scene, tmp_path):
    readme = read_text("README.md")
    with open(os.path.join(tmp_path, "advertisers.csv"), "w", encoding="utf-8") as file:
        file.write(blocks(readme, "`/etc/tiktok-auth/advertisers.csv`"))
    assert_parses(scene, with_files(tmp_path, blocks(readme, "`/etc/tiktok-auth/tiktok-auth.conf` (")))


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "CONTRIBUTING.md", "NEWS", SAMPLE, CSV_SAMPLE, CHECK_MAN,
                                  CLI_MAN, CONF_MAN])
def test_documents_name_no_option_that_does_not_exist(scene, name):
    check = set(options_of_help(scene.check("--help").out))
    tool = {command: set(options_of_help(scene.cli(command, "--help").out)) for command in commands(scene)}
    configure = set(re.findall(r"AC_ARG_(?:WITH|ENABLE)\(\[([\w-]+)\]", read_text("configure.ac")))
    configure_options = {kind + option for kind in ("with-", "enable-") for option in configure}
    others = {"prefix", "sysconfdir", "localstatedir", "create", "now"}  # configure's own; systemd's
    known = set.union(check, *tool.values(), configure_options, others)
    text = read_text(name).replace("\\-", "-")
    assert {option for option in re.findall(r"(?<![\w-])--([a-z][a-z-]*)", text)} <= known
    for command, rest in re.findall(r"tiktok-auth ([a-z]+)((?: +--[a-z-]+)*)", text):
        if command in tool:
            assert set(re.findall(r"--([a-z-]+)", rest)) <= tool[command], (command, rest)


def test_commands_that_are_named_exist(scene):
    names = set(commands(scene))
    for document in ("README.md", SAMPLE, CSV_SAMPLE):
        for quoted in re.findall(r"[`;] ?tiktok-auth ([a-z]+)", read_text(document)):
            assert quoted in names, (document, quoted)


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", read_text("README.md")):
        assert os.path.exists(os.path.join(top(), target)), target


def test_causes_of_the_readme_exist(scene):
    causes = {row["cause"] for row in scene.cli("explain", "--json").json["causes"]}
    named = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+)", read_text("README.md"), re.MULTILINE)
    words = {word for cell in named for word in re.findall(r"`([a-z_]+)`", cell)}
    assert len(words) > 5 and words <= causes


# --- Man pages ----------------------------------------------------------------------------------------------


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("mandoc"), reason="needs mandoc")
@pytest.mark.parametrize("name", [CHECK_MAN, CLI_MAN, CONF_MAN])
def test_man_pages_are_sound(name):
    path = os.path.join(top(), name)
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], capture_output=True, text=True, check=False)
    assert lint.returncode == 0 and lint.stdout == "", lint.stdout
    shown = subprocess.run(["mandoc", "-T", "utf8", path], capture_output=True, text=True, check=True).stdout
    assert "SEE ALSO" in shown or "S\bSE\bEE" in shown
