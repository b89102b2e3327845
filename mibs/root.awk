# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Puts another root into the files of this folder: awk -v root=1.3.6.1.4.1.99999.7.1 -f root.awk FILE. With the
# root that stands in them they come out as they are.
#
# A root has two forms: its numbers with dots, anywhere; and the chain of names ttaRootN in the MIB module, since no
# node of it may be without a name.
BEGIN {
    standing = "1.3.6.1.4.1.8072.9999.9999.40001"
    enterprises = "1.3.6.1.4.1."
    anchor = index(root, enterprises) == 1 ? "enterprises" : "internet"
    count = split(substr(root, anchor == "enterprises" ? length(enterprises) + 1 : length("1.3.6.1.") + 1), id, ".")
}

# The text with every `old` replaced, neither being a pattern.
function replaced(text, old, new,    at, done) {
    while ((at = index(text, old)) > 0) {
        done = done substr(text, 1, at - 1) new
        text = substr(text, at + length(old))
    }
    return done text
}

# What lies above the Nth number.
function above(n) {
    return n == 1 ? anchor : "ttaRoot" (n - 1)
}

/^ttaRoot[0-9]+ / {
    if (!chained)
        for (i = 1; i < count; i++)
            printf "%-16s OBJECT IDENTIFIER ::= { %s %s }\n", "ttaRoot" i, above(i), id[i]
    chained = 1
    next
}
/^    ::= \{ ttaRoot[0-9]+ [0-9]+ \}$/ {
    $0 = "    ::= { " above(count) " " id[count] " }"
}
/^    [A-Z].*, enterprises$/ && anchor != "enterprises" {
    sub(/enterprises$/, anchor)
}
{
    print replaced($0, standing, root)
}
