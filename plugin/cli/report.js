// SPDX-FileCopyrightText: tiktok-auth-monitor authors
// SPDX-License-Identifier: Apache-2.0
//
// Search, filters and the rows that are not in the page's HTML. Texts only ever become text nodes.
"use strict";
(function () {
  var PAGE = 100;
  var byId = document.getElementById.bind(document);

  function showAge() {
    var made = byId("made");
    var minutes = Math.floor(Date.now() / 60000 - Number(made.dataset.made) / 60);
    var text = minutes >= 2880 ? Math.floor(minutes / 1440) + " days" :
      minutes >= 120 ? Math.floor(minutes / 60) + " hours" : minutes + " minutes";
    var note = made.querySelector("strong") || made.appendChild(document.createElement("strong"));
    note.className = minutes >= 60 ? "old" : "";
    note.textContent = minutes >= 2 ? " You read it " + text + " later." : "";
  }
  showAge();
  setInterval(showAge, 60000);

  // A link inside the page leaves the fragment to the filters.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#']");
    var target = link && byId(link.getAttribute("href").slice(1));
    if (!target) {
      return;
    }
    event.preventDefault();
    target.scrollIntoView();
    target.focus({preventScroll: true});
  });

  var form = byId("filters");
  if (!form) {
    return;
  }
  var data = JSON.parse(byId("data").textContent);
  var several = data.apps.length > 1;
  var fields = ["owner", "client", "app", "state"].filter(byId);
  var search = byId("q");

  // --- Rows ---------------------------------------------------------------------------------------------

  function words(list) {
    return list.join("\n").toLowerCase();
  }

  function textOf(row, selector) {
    var found = row.querySelector(selector + " bdi");
    return found ? found.textContent : "";
  }

  // Those in HTML.
  var pageRows = Array.from(document.querySelectorAll("#problems tbody tr"), function (row) {
    return {
      row: row, group: row.closest(".group"), owner: textOf(row, ".o"), client: textOf(row, ".c"),
      app: several ? textOf(row, ".a") : data.apps[0], state: row.querySelector(".badge").textContent.toLowerCase(),
      words: words([row.textContent])
    };
  });
  // Those in the data: problems that were too many for HTML, then what is OK.
  var dataRows = data.more.concat(data.ok);
  var more = data.more.length;
  var rowWords = new Array(dataRows.length);

  function appOf(row) {
    return data.apps[data.tokens[2 * row[4] + 1]] || "";
  }

  function stateOf(at) {
    return at < more ? dataRows[at][7] : "ok";
  }

  function wordsOf(at) {
    var row = dataRows[at];
    if (rowWords[at] === undefined) {
      rowWords[at] = words([row[0], row[1], data.owners[row[2]], data.clients[row[3]], data.tokens[2 * row[4]] || "",
        appOf(row)].concat(at < more ? [row[10] === null ? "" : row[10], data.texts[row[11]], data.texts[row[12]]] : []));
    }
    return rowWords[at];
  }

  // --- What is asked for --------------------------------------------------------------------------------

  function fill(id, names) {
    var select = byId(id);
    Array.from(new Set(names)).sort(function (a, b) { return a < b ? -1 : a > b ? 1 : 0; }).forEach(function (name) {
      var option = document.createElement("option");
      option.value = "=" + name;
      option.textContent = name === "" ? "(none)" : name;
      select.appendChild(option);
    });
  }
  fill("owner", data.owners.concat(pageRows.map(function (one) { return one.owner; })));
  fill("client", data.clients.concat(pageRows.map(function (one) { return one.client; })));
  if (byId("app")) {
    fill("app", data.apps);
  }

  function valueOf(id) {
    return byId(id) ? byId(id).value : "";
  }

  function asked() {
    return {
      owner: valueOf("owner"), client: valueOf("client"), app: valueOf("app"), state: valueOf("state"),
      words: search.value.toLowerCase().split(/\s+/).filter(Boolean)
    };
  }

  function fits(want, owner, client, app, state, text) {
    return (!want.owner || want.owner === "=" + owner) && (!want.client || want.client === "=" + client) &&
      (!want.app || want.app === "=" + app) &&
      (!want.state || want.state === state || (want.state === "bad" && state !== "ok")) &&
      want.words.every(function (word) { return text().indexOf(word) >= 0; });
  }

  // --- Showing ------------------------------------------------------------------------------------------

  var found = [];
  var from = 0;
  var body = byId("rows").tBodies[0];

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) {
      made.className = className;
    }
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  function cell(row, role, label) {
    var made = element(role === "rowheader" ? "th" : "td");
    made.setAttribute("role", role);
    if (role === "rowheader") {
      made.scope = "row";
    } else {
      made.dataset.label = label;
    }
    return row.appendChild(made);
  }

  function part(parent, className, text) {
    var made = parent.appendChild(element("div", className));
    made.appendChild(element("bdi", "", text));
    return made;
  }

  function timeText(age) {
    if (age < 0) {
      return "never";
    }
    return new Date((data.now - age) * 1000).toISOString().slice(0, 16).replace("T", " ") + "Z";
  }

  function problemParts(parent, row) {
    var answer = part(parent, "", (row[10] === null ? "" : row[10] + " ") + data.texts[row[11]]);
    if (data.texts[row[12]]) {
      answer.appendChild(element("div", "id", "request id " + data.texts[row[12]]));
    }
    var fix = parent.appendChild(element("div")).appendChild(element("a", "", "What to do"));
    fix.href = "#fix-" + row[8];
    if (row[13]) {
      var link = parent.appendChild(element("div")).appendChild(element("a", "", "Authorize again"));
      link.href = row[13];
      link.rel = "noopener noreferrer";
    }
  }

  var MARKS = ["", "retired", "missing from the list, being confirmed"];

  function makeRow(at) {
    var row = dataRows[at];
    var made = element("tr");
    var state = stateOf(at);
    made.setAttribute("role", "row");
    var first = cell(made, "cell", "State");
    first.appendChild(element("span", "badge " + state, state.toUpperCase()));
    if (row[6]) {
      first.appendChild(element("div", "kind", MARKS[row[6]]));
    }
    var name = cell(made, "rowheader", "");
    part(name, "name", row[1]);
    name.appendChild(element("div", "id", row[0]));
    var owner = cell(made, "cell", "Owner, client");
    part(owner, "o", data.owners[row[2]]);
    part(owner, "c", data.clients[row[3]]);
    var token = cell(made, "cell", several ? "App, token" : "Token");
    if (several) {
      part(token, "a", appOf(row));
    }
    part(token, "t", data.tokens[2 * row[4]] || "");
    var seen = cell(made, "cell", "Last OK");
    seen.appendChild(element("div", "", timeText(row[5])));
    if (at < more) {
      seen.appendChild(element("div", "kind", "since " + timeText(row[9])));
      problemParts(seen, row);
    }
    return made;
  }

  function number(n) {
    return n.toLocaleString("en-US");
  }

  function showPage() {
    var end = Math.min(from + PAGE, found.length);
    body.textContent = "";
    for (var i = from; i < end; i++) {
      body.appendChild(makeRow(found[i]));
    }
    byId("rows").hidden = found.length === 0;
    byId("pages").hidden = found.length <= PAGE;
    byId("where").textContent = number(from + 1) + " to " + number(end) + " of " + number(found.length);
    byId("prev").disabled = from === 0;
    byId("next").disabled = end >= found.length;
  }

  function show() {
    var want = asked();
    var all = pageRows.length + dataRows.length;
    var wrong = 0;
    var groups = new Map();
    pageRows.forEach(function (one) {
      var fit = fits(want, one.owner, one.client, one.app, one.state, function () { return one.words; });
      one.row.hidden = !fit;
      wrong += fit;
      groups.set(one.group, groups.get(one.group) || fit);
    });
    groups.forEach(function (shown, group) { group.hidden = !shown; });
    found = [];
    dataRows.forEach(function (row, at) {
      if (fits(want, data.owners[row[2]], data.clients[row[3]], appOf(row), stateOf(at), wordsOf.bind(null, at))) {
        found.push(at);
        wrong += at < more;
      }
    });
    from = 0;
    showPage();
    var shown = pageRows.filter(function (one) { return !one.row.hidden; }).length + found.length;
    byId("matches").textContent = number(shown) + " of " + number(all) + (all === 1 ? " advertiser" : " advertisers") +
      (shown === 1 ? " matches: " : " match: ") + number(wrong) + " not OK, " + number(shown - wrong) + " OK.";
  }

  // --- The fragment -------------------------------------------------------------------------------------

  var written = null;

  function writeFragment() {
    var parts = new URLSearchParams();
    if (search.value) {
      parts.set("q", search.value);
    }
    fields.forEach(function (id) {
      if (byId(id).value) {
        parts.set(id, byId(id).value.replace(/^=/, ""));
      }
    });
    // "owner=": those that have none
    written = parts.toString();
    history.replaceState(null, "", "#" + written);
  }

  function readFragment() {
    var text = location.hash.slice(1);
    if (text === written || (text !== "" && text.indexOf("=") < 0)) {
      return false;
    }
    var parts = new URLSearchParams(text);
    search.value = parts.get("q") || "";
    fields.forEach(function (id) {
      var value = parts.has(id) ? parts.get(id) : null;
      byId(id).value = value === null ? "" : id === "state" ? value : "=" + value;
      if (byId(id).selectedIndex < 0) {
        byId(id).value = "";
      }
    });
    written = text;
    return true;
  }

  var waiting = null;

  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      writeFragment();
      show();
    }, 120);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("reset", function () { setTimeout(changed, 0); });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    changed();
  });
  window.addEventListener("hashchange", function () {
    if (readFragment()) {
      show();
    }
  });
  function turn(by) {
    return function () {
      from += by * PAGE;
      showPage();
      byId("rows").scrollIntoView();
      var button = byId(by > 0 ? "next" : "prev");
      if (button.disabled) {
        byId(by > 0 ? "prev" : "next").focus({preventScroll: true});
      }
    };
  }
  byId("prev").addEventListener("click", turn(-1));
  byId("next").addEventListener("click", turn(1));
  form.hidden = false;
  readFragment();
  show();
}());
