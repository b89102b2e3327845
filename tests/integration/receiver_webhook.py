# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Who receives webhooks: one that verifies our signature, and one that takes what Slack takes and reads it as Slack does."""

import hashlib
import hmac
import re
import time

from receiver import Receiver, strict_json

FRESH_SECONDS = 300  # an older signature could be one that somebody sends again
SECRET, PATH = "hook-S3cret", "/services/T0/B0/sl4ck-S3cret"
SIGNATURE, TIMESTAMP, ID = "X-Tiktok-Auth-Signature", "X-Tiktok-Auth-Timestamp", "X-Tiktok-Auth-Id"


class Webhook(Receiver):
    """Takes what is signed with this secret. messages: the bodies, an id once, in order; ids: all that came, again if so."""

    def __init__(self, secret):
        super().__init__()
        self.secret = secret.encode()
        self.messages = []
        self.ids = []

    def forget(self):
        super().forget()
        with self.lock:
            self.messages.clear()
            self.ids.clear()

    def take(self, path, headers, body):
        if headers.get_content_type() != "application/json":
            raise self.refuse(415, "Content-Type is no application/json", "")
        names = (SIGNATURE, TIMESTAMP, ID)
        values = [headers.get_all(name, []) for name in names]
        if any(len(found) != 1 for found in values):
            raise self.refuse(401, "headers %s: %s" % (names, values), "")
        (signature,), (timestamp,), (number,) = values
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > FRESH_SECONDS:
            raise self.refuse(401, "timestamp %r" % timestamp, "")
        wanted = "sha256=" + hmac.new(self.secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, signature):
            raise self.refuse(401, "signature %r" % signature, "")
        try:
            message = strict_json(body)
        except ValueError as error:
            raise self.refuse(400, "invalid JSON: %s" % error, "") from None
        if number not in self.ids:
            self.messages.append(message)
        self.ids.append(number)
        return 204, b"", {}


class Slack(Receiver):
    """An incoming webhook: its path is its secret. texts: what came, as it was written; shown(): as people see it."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.texts = []

    def forget(self):
        super().forget()
        with self.lock:
            self.texts.clear()

    def take(self, path, headers, body):
        if path != self.path:
            raise self.refuse(403, "path", "invalid_token")
        if headers.get_content_type() != "application/json":
            raise self.refuse(400, "Content-Type is no application/json", "invalid_payload")
        try:
            message = strict_json(body)
        except ValueError as error:
            raise self.refuse(400, "invalid JSON: %s" % error, "invalid_payload") from None
        if not isinstance(message, dict) or not isinstance(message.get("text"), str) or message["text"].strip() == "":
            raise self.refuse(400, "no text", "no_text")
        wrong = markup_faults(message["text"])
        if wrong:
            raise self.refuse(400, wrong, "invalid_payload")
        self.texts.append(message["text"])
        return 200, "ok", {}

    def shown(self):
        return [shown(text) for text in self.texts]


def markup_faults(text):
    """What in a text Slack would not show as it is meant: mentions, channels, links to elsewhere than the web, and control
    characters that are not escaped."""
    found = re.findall(r"<(?!https?://[^<>|\s]+(?:\|[^<>|]*)?>)[^>]*>?", text)
    rest = re.sub(r"<https?://[^<>|\s]+(?:\|[^<>|]*)?>", "", text)
    found += [one for one in ("<", ">") if one in rest]
    found += re.findall(r"&(?!amp;|lt;|gt;).{0,8}", text)
    found += re.findall(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    return found


def shown(text):
    """A text as people see it."""
    text = re.sub(r"<(https?://[^<>|\s]+)\|([^<>|]*)>", r"\2 (\1)", text)
    text = re.sub(r"<(https?://[^<>|\s]+)>", r"\1", text)
    return text.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
