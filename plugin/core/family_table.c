/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Message families. One phrase a line, each closed by ';', in the language of words.h and the vocabulary of
 * words_canon.c: "not" is every negation, "token" an access token, "#" a number. */
#include "core/family_table.h"

/* Codes that do not know better than a text about permissions in general. */
#define ON_GRANT (ON_VAGUE | ON(CLASS_AUTHZ) | ON(CLASS_ACCOUNT))
/* Codes that do not excuse a check that failed. */
#define ON_NO_FAULT (ON_GRANT | ON(CLASS_TOKEN) | ON(CLASS_APP) | ON(CLASS_RATE))

/* One phrase a line. */
/* clang-format off */

/* What may stand between a noun and what is said of it: "app 7055 (Acme) status", "advertiser you specified". */
#define ID                                                                            \
    " ?id ?# ?xname ?# ?you|in ?specified|provided|requested|entered|request|system " \
    "?status|profile|review|taken|info|information ?abnormal|under "
#define ACCOUNT "advertiser|account"
#define ADVERTISER ACCOUNT ID
#define APP "app|developer" ID
#define TOKEN "token|refreshtoken"
#define USER "user|owner|login"
#define QPS "qps|qpm|qpd|rps|rpm"
#define PLACE "country|region|location|area"
#define OPERATE "operate|access|manage|use|view|read|edit|modify|query|call|control|perform|visit|get"
#define ENDPOINT "xpath|endpoint|api|interface"
#define ASSET                                                                                             \
    "catalog|pixel|bc|identity|rule|audience|creative*|video|image*|campaign|adgroup|ad|ads|store|feed*|" \
    "product*|event*|ttaccount|form*|portfolio*|comment*|post*|music|material*|billing|invoice*|"         \
    "payment*|member*|report*|segment*|label*|playable*|lead*|study|showcase|live*|file*|folder*|"        \
    "conversion*|order*|message*|brand*"

/* Something is refused, without saying what. */
#define DENIED                                                                                             \
    "not permission|access;"                                                                               \
    "not authoriz*;"                                                                                       \
    "permission|authorization|access denied|refused|rejected|forbidden;"                                   \
    "permission|authorization|access ?verification|check failed|error;"                                    \
    "permission|authorization|access missing|prohibited|restricted;"                                       \
    "permission|authorization|access ~1 not grant|found|available;"                                        \
    "permission|authorization|access ~1 not allowed|enough|valid|exist;"                                   \
    "not|missing ?enough|sufficient|required ?resource|asset|advertiser|account ?level permission|access;" \
    "not allowed|permitted|able|eligible|entitled to " OPERATE ";"                                         \
    "not grant ~3 permission|access;"                                                                      \
    "requir*|need|needs ~2 permission;"

/* The same where the text names what it is refused to. */
#define REFUSED                                                                                            \
    DENIED                                                                                                 \
    "permission|access|authorization|operation ~4 denied|refused|rejected|forbidden;"                      \
    "forbidden;"

/* Something that lives inside an account is spoken of, not the account. */
#define INSIDE_ACCOUNT                                          \
    ASSET ID "~1 of|under|in|for|from|by|to|at ~2 " ACCOUNT ";" \
    ACCOUNT " " ASSET ";"

/* Trouble at TikTok, whatever else the text says: "auth service timeout, access token not found". */
#define OUTAGE                                                                    \
    "internal|server|servers|backend|gateway|upstream|downstream|rpc|grpc|thrift;" \
    "timeout|deadline|maintenance|unexpected|exception|overload*;"
/* The same for codes that mean trouble themselves. */
#define TROUBLE                                                                      \
    OUTAGE "service|services|system|systems|cache|cached|storage|database|db|redis;" \
    "busy|retry|retrylater;"                                                         \
    "again ~3 later;"                                                                \
    "try again;"

/* What an app was given, spoken of as a thing that can be gone while the account is there. */
#define BOND "permission|authorization|access|grant|binding|bond|connection|mapping|link|association|relation*"
#define ABOUT "?record|records|relation*|entry|info|information of|to|between|for|with|from|on"
#define BOND_GONE                                                                                          \
    BOND " " ABOUT " ~9 " ACCOUNT " ~5 not ~1 exist|found|recognized|available;"                           \
    BOND " " ABOUT " ~9 " ACCOUNT " ~3 app|appid ~2 not ~1 exist|found|recognized|available;"              \
    BOND " " ABOUT " ~1 " ADVERTISER "deleted;"                                                            \
    ACCOUNT " " BOND " ?record|records|relation* not exist|found;"                                         \
    "not " BOND " ?record|records|relation* ?exist|found between ~9 " ACCOUNT ";"                          \
    ADVERTISER "not exist|found in|under|among|within|for|by ~4 authoriz*|token|bc|app|partner;"           \
    "not exist|found|find ~2 " ADVERTISER "in|under|among|within|for|by ~4 authoriz*|token|bc|app|partner;"

const struct family family_table[] = {
    /* Quotas. "Too many requests for this access token" says nothing about the token. */
    {.cause = CAUSE_THROTTLED,
     .all = {"too many ?api|http|concurrent|open|of request|requests|call;"
             "too frequent|often|fast|quickly;"
             "ratelimit;"
             QPS " ~ limit*|reach|exceed;"
             "reach|exceed|over|above|beyond ~ " QPS "|quota|ratelimit|frequency;"
             "reach|exceed|over ~2 request|requests|call|daily|hourly|api|concurrency limit|limitation|quota;"
             "reach|exceed|over ~4 requests;"
             "requests per ~2 reach|exceed;"
             "request|requests|call|api|access frequency|limit|quota|rate ~2 exceed|reach|limit*|over;"
             "requests|call|quota exceed|reach|ratelimit|exhausted;"
             "number|amount|count of requests ~2 exceed|reach|over;"
             "request|requests ?temporarily restricted|limited;"
             "quota ~ used|exhausted|full|limit*;"
             "frequency ?limit limited;"
             "frequency of request|requests ~5 limit*|exceed|reach;"},
     .none = "frame|bit|bid|conversion|click ratelimit;"
             "frequency cap;"},
    {.cause = CAUSE_THROTTLED,
     .code_classes = ON(CLASS_RATE),
     .all = {"reach|exceed|over ~3 limit|limits;"
             "token bucket;"
             "busy|overload*;"}},

    /* Codes of trouble at TikTok. Their texts name what TikTok was busy with, "access token lookup": only a known
     * wording in full is taken at its word. Two of those ask to try again. */
    {.cause = CAUSE_APP_MISMATCH,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"appid not consistent with token ~1 app information|info;"},
     .none = OUTAGE},
    {.cause = CAUSE_AUTH_CODE,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"authcode cancelled;"},
     .none = OUTAGE},
    {.cause = CAUSE_TIKTOK_FAULT, .code_classes = ON(CLASS_TRANSIENT), .all = {TROUBLE}},
    {.cause = CAUSE_TIKTOK_FAULT,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"failed|verify|verification|lookup|fetch|query;"},
     .none = "video;"},
    {.cause = CAUSE_TIKTOK_FAULT,
     .code_classes = ON(CLASS_RATE),
     .all = {OUTAGE
             "service ~2 error|failed|abnormal|not;"}},
    {.cause = CAUSE_REQUEST_FAULT,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"missing required field|parameter;"},
     .none = "token;"},
    {.cause = CAUSE_EGRESS_BLOCKED, .code_classes = ON(CLASS_TRANSIENT), .all = {"ip in banned " PLACE ";"}},
    {.cause = CAUSE_SCOPE_MISSING, .code_classes = ON(CLASS_TRANSIENT), .all = {"token not required scope;"}},
    {.cause = CAUSE_TOKEN_EMPTY, .code_classes = ON(CLASS_TRANSIENT), .all = {"token null you should set;"}},
    {.cause = CAUSE_APP_BLOCKED, .code_classes = ON(CLASS_TRANSIENT), .all = {"app suspended or rejected;"}},
    {.cause = CAUSE_DELETED, .code_classes = ON(CLASS_TRANSIENT), .all = {"advertiser ?# not exist or deleted;"}},
    {.cause = CAUSE_TOKEN_REVOKED,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"token not correct or revoked;"
             "not valid token;"},
     .none = "token check;"
             "not valid token response|result|reply|format|data|record|bucket|length|in|from|by|of|while|when|during;"
             "not valid token not|or|and|error;"},
    {.cause = CAUSE_ENDPOINT_PERMISSION,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"advertiser not grant you xpath permission;"}},
    {.cause = CAUSE_ASSET_PERMISSION,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"you not permission to operate " ASSET ";"
             "not permission for requested resource;"}},
    {.cause = CAUSE_ACCOUNT_ACCESS,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"not permission to operate advertiser;"
             "app not authorized to access requested advertiser;"}},
    {.cause = CAUSE_VIDEO_PROCESSING,
     .code_classes = ON(CLASS_TRANSIENT),
     .all = {"video transcoding|processing in|failed;"}},
    {.cause = CAUSE_TIKTOK_FAULT, .code_classes = ON(CLASS_TRANSIENT)},

    /* Our address. */
    {.cause = CAUSE_EGRESS_BLOCKED,
     .all = {"ip ~ banned|blocked|restricted|forbidden|denied|refused|rejected|blacklist|limited;"
             "ip ~ not ~1 allowed|permitted|supported|whitelist|authorized|accepted;"
             "not ~1 allowed|permitted|whitelist ~2 ip;"
             "denied|refused|forbidden ~2 ip;"
             "banned|blocked|sanctioned|embargoed " PLACE ";"
             "country|region banned|blocked|sanctioned|embargoed;"
             "access|request|requests|service ~2 from|in ~3 " PLACE " ~2 not|banned|blocked;"
             "access|request|requests|service ~2 from|in ~3 " PLACE " ~2 restricted|forbidden|denied;"
             "access|service ~1 not available|allowed|permitted|supported in|from|for ~1 " PLACE "|network;"
             "banned|blocked|restricted from access|use|call|visiting ~2 from|in ~1 " PLACE ";"}},

    /* An unknown code whose text tells of an outage: nothing else in it is to be relied on. */
    {.cause = CAUSE_TIKTOK_FAULT, .code_classes = ON(CLASS_UNKNOWN), .all = {OUTAGE}},

    /* A field that our request lacks, whatever the field is called. */
    {.cause = CAUSE_REQUEST_FAULT,
     .all = {"missing ?required|mandatory|request field|parameter;"
             "field|parameter ~2 required|missing|mandatory|empty|null;"},
     .none = "token;"},

    {.cause = CAUSE_SCOPE_MISSING,
     .all = {"not ?enough|required|sufficient|necessary|valid|grant ?required ?api|permission|authorization scope;"
             "not contain*|include*|cover*|hold* ~2 scope;"
             "scope ~3 not ~1 authorized|grant|allowed|approved|permitted|enough|available|sufficient;"
             "scope ~2 required for|by|to;"
             "scope ~3 missing|denied|insufficient;"
             "missing|need|needs|requir* ~2 scope;"
             "not authorize*|grant ~3 scope;"
             "scope error;"}},

    /* No token given. */
    {.cause = CAUSE_TOKEN_EMPTY,
     .all = {TOKEN " ~1 null|empty|blank|missing|required|nil;"
             "token ~1 not null|empty|blank|none|provided|set|supplied|specified;"
             "token ~1 not passed|present|carried|include*|sent;"
             "missing|empty|null|blank ~3 token;"
             "token ~1 not found|exist in ~2 header|request;"
             "not token;"
             "provide|set|add|pass|send|include token;"
             "token header ~1 missing|empty|required|null;"},
     .none = "token missing|required ~2 permission|scope|access;"},
    {.cause = CAUSE_TOKEN_EMPTY, .code = 40104, .all = {"token not found|exist;"}},

    {.cause = CAUSE_AUTH_CODE,
     .all = {"authcode ~4 cancelled|used|expired|not|failed|error|consumed|redeemed|revoked|once|null|empty;"
             "not|cancelled|used|expired|revoked|failed|error|unknown ~3 authcode;"}},

    /* An authorization that is gone, not the account or the app it was for. */
    {.cause = CAUSE_ACCOUNT_ACCESS, .all = {BOND_GONE}, .none = INSIDE_ACCOUNT "scope;"},

    /* The app and its keys. */
    {.cause = CAUSE_APP_MISMATCH,
     .all = {"app|appid ~ not consistent|match|belong|link|same ~ token;"
             "app|appid ~3 token ~1 not ~1 consistent|match|belong|link|same;"
             "token ~3 app|appid ~1 not ~1 consistent|match|belong|link|same;"
             "token ~ not consistent|match|belong|issued|generated|created|same|for ~4 app|appid;"
             "token ~4 different|another|other ?app|appid app|appid;"
             "not match|consistent ~4 app|appid ~4 token;"
             "not match|consistent ~4 token ~4 app|appid;"
             "appid|app ~3 different|another ~4 token;"
             "token ~2 app|appid ~2 different|differs|another ~2 app|appid;"
             "app|appid ~1 differ|differs ~3 app|appid|token;"},
     .none = "secret|authcode;"
             "belong|match|link ~3 " ACCOUNT "|user;"},
    {.cause = CAUSE_APP_CREDENTIALS,
     .all = {"secret ~3 not|error|failed|expired|reset|changed|missing|empty|null;"
             "not valid|correct|match|found ~4 secret;"
             "appid ~2 not ~1 valid|correct|right|exist|found|registered|recognized|match|available;"
             "not valid|correct|found|exist|registered appid;"
             "app ?# not exist|found|registered|recognized;"
             "not app ?# found|exist;"
             "unknown app|appid;"
             "not valid client|app;"
             "app|client authentication|authorization failed|error;"
             "app credential* ~2 not;"
             "not valid ~1 credential*;"},
     .none = "authcode;"},
    {.cause = CAUSE_APP_BLOCKED,
     .all = {APP "suspended|rejected|blocked|disabled|banned|inreview|frozen|deactivated|punished|terminated;"
             APP "penalized|offline|removed|deleted|closed|pending|review|restricted|forbidden|prohibited;"
             APP "not ~1 approved|active|pass*|enabled|live|released|published|online|verified|qualified;"
             APP "not review;"
             APP "~1 failed ~2 review|verification;"
             "developer ~1 suspended|rejected|blocked|disabled|banned|inreview;"
             "developer ~1 not ~1 approved|pass*|verified|qualified;"
             "suspended|rejected|blocked|disabled|banned ~1 app|developer;"},
     .none = "by ~1 " ACCOUNT "|" USER ";"
             "restricted|forbidden|prohibited|blocked|banned|disabled from|to;"
             ACCOUNT "|" USER " ~3 blocked|disabled|rejected|removed ~1 app;"},

    /* The login behind a token. */
    {.cause = CAUSE_TOKEN_USER,
     .all = {USER " ~2 not ~1 valid|belong|member|match|link|legal;"
             USER " ~1 not ~2 role|member;"
             "not valid ?core user;"
             "core user ~3 not|error|missing;"
             ACCOUNT " ~4 not ~3 " USER ";"
             USER " ~3 removed|left|deleted|kicked ~4 " ACCOUNT "|bc;"
             USER " ~2 lost ~3 role;"
             "not " ACCOUNT " of|for|under ~1 user;"
             "token ~2 not valid for|on ~2 " ACCOUNT ";"},
     .none = "user ~2 not authoriz*|permission|access;"
             "user|login name|agent|input;"
             "ttuser;"},

    /* The account is gone. Before tokens: "token: the advertiser does not exist" says nothing about the token. */
    {.cause = CAUSE_DELETED,
     .all = {ADVERTISER "?or not exist|found|recognized|registered;"
             ADVERTISER "?or deleted;"
             "not exist|found|find ?# " ACCOUNT ";"
             "not such " ACCOUNT ";"
             "not " ACCOUNT " with ?" ACCOUNT " id;"
             "not find ~1 " ACCOUNT ";"
             "not " ACCOUNT " ?id ?# found|exist;"
             "unknown|deleted " ACCOUNT ";"
             ACCOUNT " id ?# not valid|correct;"
             "not valid|correct " ACCOUNT " ?id;"},
     .none = INSIDE_ACCOUNT
             "relation*;"
             "value|type|format|string|integer|list|array|field|parameter|json|user|body|header;"},

    /* Tokens. Where a text offers several reasons, "invalid or expired", the code or the graver one decides. */
    {.cause = CAUSE_TOKEN_EXPIRED, .code = 40102, .all = {"expired;"}},
    {.cause = CAUSE_TOKEN_EXPIRED,
     .code = 40102,
     .all = {TOKEN " not valid|active|effective;"},
     .none = "revoked|cancelled;"},
    {.cause = CAUSE_TOKEN_EXPIRED, .code = 40103, .all = {"expired;"}},
    {.cause = CAUSE_TOKEN_EXPIRED,
     .code = 40103,
     .all = {TOKEN " not valid|active|effective;"},
     .none = "revoked|cancelled;"},
    {.cause = CAUSE_TOKEN_EXPIRED,
     .all = {TOKEN " ~3 expired;"
             "expired ~2 " TOKEN ";"},
     .none = "not valid|correct ~2 expired;"
             "expired ~2 not valid|correct;"
             "revoked ~2 expired;"
             "expired ~2 revoked;"
             TOKEN " not expired;"},
    {.cause = CAUSE_TOKEN_REVOKED,
     .all = {TOKEN " ~3 not valid|correct|right|exist|found|recognized|active|accepted|acceptable|verified;"
             TOKEN " ~3 not available|effective|legal|working;"
             TOKEN " ~3 revoked|cancelled|withdrawn|blacklist|terminated|deactivated|destroyed|unknown|forged;"
             TOKEN " ~1 deleted|removed|disabled|banned|blocked|rejected|refused|denied;"
             "not valid|correct|recognized|active|exist|found|effective ~1 " TOKEN ";"
             "revoked|unknown|bad|disabled|cancelled|rejected ~2 " TOKEN ";"
             "not authorized token;"
             "not find ~1 token;"},
     .none = "permission|authorization|access ~3 revoked|withdrawn|cancelled;"
             "revoked ~2 permission|authorization|access;"
             "token ~2 permission;"},
    {.cause = CAUSE_TOKEN_REVOKED,
     .code_classes = ON_NO_FAULT,
     .all = {TOKEN " ~1 error|failed;"
             TOKEN " ~1 verification|validation|check|authentication failed|error;"
             "failed|error ~2 " TOKEN ";"},
     .none = "internal|service|server|system|timeout|permission;"},

    /* A permission, and what it is for. */
    {.cause = CAUSE_ASSET_PERMISSION, .all = {ASSET ID "not authoriz*|accessible;"}},
    {.cause = CAUSE_ACCOUNT_ACCESS,
     .all = {"not ~1 permission|access|authoriz*|able|entitled|eligible ~1 ?" OPERATE " ~2 " ACCOUNT ";"
             "not ~1 allowed|permitted ~1 ?" OPERATE " ~2 " ACCOUNT ";"
             "not ~1 permission|access|authoriz*|allowed|permitted ~1 " OPERATE " #;"},
     .none = INSIDE_ACCOUNT},
    {.cause = CAUSE_ENDPOINT_PERMISSION,
     .all = {"permission|authoriz*|grant|allowed|permitted|access ~4 " ENDPOINT ";"
             "permission|authoriz* ~4 method;"
             ENDPOINT "|method ~3 permission|authoriz*|grant|denied|forbidden;"
             "xpath|endpoint|interface ~2 not ~1 allowed|permitted|open|available;"
             "permission group|package ~2 not|missing|denied;"
             "not ~2 permission group|package;"
             "not grant you|app|us ?# * permission;"
             "not grant you|app|us * ~2 permission;",
             "not|denied|forbidden|missing|requir*|need*|error|restricted;"},
     .none = ACCOUNT " ~3 api;"
             "not grant you|app|us ~1 to|for|on ~2 " ACCOUNT ";"},
    {.cause = CAUSE_NOT_ALLOWED,
     .all = {"not ~4 whitelist;"
             "whitelist ~2 only|required|missing;"
             "only ~5 whitelist;"
             "not same ~3 company|entity|identity|subject|business|organization;"
             "different company|entity|entities;"
             "company ~1 not match|consistent|same;"
             "company|companies|entity|entities|business ~5 must|should same|match|identical;"
             "developer ~3 advertiser ~3 not same|match|consistent|link;"
             "app|developer ~2 not ~1 allowed|permitted|eligible|open|use|call;"
             "app|developer ~1 forbidden|restricted|prohibited|blocked|banned to|from;"
             "feature|function*|capability ~2 not ~1 available|open|enabled|supported;"}},
    {.cause = CAUSE_ASSET_PERMISSION,
     .all = {"permission|authoriz*|access|allowed|permitted|able|grant ~3 " ASSET ";"
             ASSET " ~ permission|authoriz*|access;",
             REFUSED}},
    {.cause = CAUSE_ASSET_PERMISSION, .all = {"resource|asset;", REFUSED}, .none = ACCOUNT ";"},
    {.cause = CAUSE_ASSET_PERMISSION, .all = {"resource ~1 not permitted|allowed|accessible;"}, .none = ACCOUNT ";"},
    {.cause = CAUSE_ACCOUNT_ACCESS,
     .code_classes = ON_GRANT,
     .all = {ACCOUNT "|client|" USER " ~4 not ~1 authoriz*|grant|allowed|permitted|link|accessible|belong;"
             ACCOUNT "|client|" USER " ~2 revoked|cancelled|withdr*|removed ~3 authorization|permission|access|app;"
             ACCOUNT "|client|" USER " ~2 disconnect*|unlink*|unbound|deauthoriz*|blocked ~3 authorization|access|app;"
             "authorization|permission|access|grant|partnership ~4 revoked|cancelled|withdrawn|removed|expired;"
             "authorization|permission|access|grant|partnership ~4 terminated|ended|lost;"
             "authorization|access ~1 not valid;"
             "revoked|cancelled|withdrawn|expired ~2 authorization|permission|access;"
             ADVERTISER "removed|unlinked|unshared|unbound|disconnected from;"
             "not ~3 belong ~2 to;"
             "lost ~1 authorization|permission|access;"
             "relation* ~6 not ~1 exist|found;"
             "not owner|admin|operator|member of ~1 " ACCOUNT ";"
             "app removed|blocked|disconnected by|from ~1 " ACCOUNT "|" USER ";"}},
    {.cause = CAUSE_ACCOUNT_ACCESS,
     .code_classes = ON_GRANT,
     .all = {REFUSED, ACCOUNT ";"}},

    /* Videos. A processing that failed is polled until the deadline all the same. */
    {.cause = CAUSE_VIDEO_FAILED,
     .all = {"video ~3 transcoding ~1 failed|error;"
             "video upload failed;"
             "video id ?# not;"
             "not valid|correct|exist|found ?# video id;"
             "video ?# not exist|found;"}},
    {.cause = CAUSE_VIDEO_PROCESSING,
     .all = {"video ~4 transcoding|process*|ready;"
             "transcoding|process* ~3 video;"
             "file ~2 transcoding;"},
     .none = "permission|token;"},

    /* What is up with the account itself. */
    {.cause = CAUSE_ACCOUNT_SUSPENDED,
     .all = {ADVERTISER "suspended|punished|restricted|limited|frozen|banned|blocked|penalized;"
             "suspended|punished|frozen|banned ~1 " ACCOUNT ";"},
     .none = DENIED
             "frequency|requests;"},
    {.cause = CAUSE_ACCOUNT_CLOSED,
     .all = {ADVERTISER "closed|terminated|deactivated|disabled;"
             "closed|disabled|deactivated " ACCOUNT ";"},
     .none = DENIED},
    {.cause = CAUSE_ACCOUNT_REJECTED,
     .all = {ADVERTISER "rejected;"
             ADVERTISER "not pass*|approved|qualified;"
             ADVERTISER "review|verification ~1 failed|rejected;"
             ADVERTISER "failed ~2 review|verification;"},
     .none = DENIED},
    {.cause = CAUSE_ACCOUNT_IN_REVIEW,
     .all = {ADVERTISER "inreview|pending|review;"
             ADVERTISER "not review|inreview|verified;"},
     .none = DENIED},

    /* A permission that names nothing: only where the code does not say more. */
    {.cause = CAUSE_ASSET_PERMISSION, .code = 40002, .all = {DENIED}},
    {.cause = CAUSE_ACCOUNT_ACCESS, .code_classes = ON_VAGUE, .all = {DENIED}},

    /* Trouble at TikTok. */
    {.cause = CAUSE_TIKTOK_FAULT,
     .all = {"internal ~2 error|exception|failed|timeout;"
             "server|service|system|backend|gateway ~2 error|busy|exception|failed|timeout|overload*|down|abnormal;"
             "server|service|system|backend|gateway ~1 not ~1 available|ready;"
             "in|under maintenance|upgrade;"}},
    {.cause = CAUSE_TIKTOK_FAULT,
     .code_classes = ON(CLASS_UNKNOWN),
     .all = {"retrylater;"
             "retry;"
             "again ~3 later;"
             "timeout;"
             "maintenance;"
             "unexpected|unknown error;"}},
    {.cause = CAUSE_REQUEST_FAULT,
     .code_classes = ON(CLASS_UNKNOWN),
     .all = {"not valid ~1 parameter|field|value|request;"
             "parameter|field ~2 not|error;"
             "must|should;"}},
};
/* clang-format on */

const size_t family_count = TTA_LEN(family_table);
