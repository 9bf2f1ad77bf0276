"""The one table of settings; what is read, shown and told in the papers is read off it."""

from apollo_batch.layers.setting import FILES, TRUSTED, Kind, Layer, Rule, Setting

_LIMITS = (
    Setting(
        "max_credits",
        Kind.CREDITS,
        Rule.LEAST,
        "The most credits that a run may spend.",
        "500",
        "no limit",
        elsewhere={Layer.FLAG: "--max-credits", Layer.JOB: "limits.max_credits"},
    ),
    Setting(
        "max_credits_day",
        Kind.CREDITS,
        Rule.LEAST,
        "The most credits that all runs of the account may spend in a day.",
        "2000",
        "no limit",
    ),
    Setting(
        "max_credits_month",
        Kind.CREDITS,
        Rule.LEAST,
        "The most credits that all runs of the account may spend in a month.",
        "20000",
        "no limit",
    ),
    Setting(
        "keep_credits",
        Kind.CREDITS,
        Rule.MOST,
        "How much of the account's balance no run touches.",
        "1000",
        "0",
        elsewhere={Layer.JOB: "limits.keep_credits"},
    ),
    Setting(
        "headroom",
        Kind.SHARE,
        Rule.MOST,
        "The share of each of Apollo's rate windows that is left to the rest of the team.",
        "0.4",
        "0",
        elsewhere={Layer.JOB: "limits.headroom"},
    ),
    Setting(
        "max_enroll",
        Kind.COUNT,
        Rule.LEAST,
        "The most contacts that a run may enroll; the number itself is still asked for.",
        "50",
        "no limit",
        elsewhere={Layer.FLAG: "--max-enroll", Layer.JOB: "limits.max_enroll"},
    ),
    Setting(
        "trusted_hosts",
        Kind.HOSTS,
        Rule.SHARED,
        "Hosts beside Apollo's own that `APOLLO_BASE_URL` may name, and the key may go to.",
        '["apollo-proxy.acme.example"]',
        "none",
        said_by=TRUSTED,
    ),
    Setting(
        "webhook_hosts",
        Kind.HOSTS,
        Rule.SHARED,
        "Hosts that a job's `webhook_url` may name: Apollo sends people's numbers and addresses there.",
        '["hooks.acme.example"]',
        "none",
        said_by=TRUSTED,
    ),
    Setting(
        "do_not_contact",
        Kind.LIST,
        Rule.ALL,
        "A file of e-mail addresses, domains and Apollo ids of whom nothing is asked, made or sent.",
        '"do-not-contact.txt"',
        "nobody",
    ),
    Setting(
        "retention_days",
        Kind.COUNT,
        Rule.LEAST,
        "For how many days the journal keeps cells and answers of a run; 0: until its output is "
        "written.",
        "7",
        "30 for cells; answers as long as they may be used again",
        # Whoever hands over a project must not be able to have answers deleted that were paid for.
        said_by=TRUSTED | {Layer.ENVIRONMENT},
    ),
)
_HABITS = (
    Setting(
        "state",
        Kind.PLACE,
        Rule.NEAREST,
        "Where the journal is: a folder, a `FILE.db`, or the address of a PostgreSQL server.",
        '"/srv/apollo-batch"',
        "the system's state folder",
        said_by=TRUSTED | {Layer.ENVIRONMENT},
        elsewhere={Layer.FLAG: "--state"},
    ),
    Setting(
        "threads",
        Kind.COUNT,
        Rule.NEAREST,
        "How many calls a run makes at once.",
        "4",
        "8",
        most=64,
        elsewhere={Layer.FLAG: "--threads"},
    ),
    Setting(
        "patience",
        Kind.DURATION,
        Rule.NEAREST,
        "How long a run waits for Apollo before it ends with code 7. Where nobody says it, a limit "
        "that is used up is waited for as long as that takes.",
        '"2h"',
        "10m",
        elsewhere={Layer.FLAG: "--patience"},
    ),
    Setting(
        "format",
        Kind.WORD,
        Rule.NEAREST,
        "What is written where `--output` does not say it: a workbook or text.",
        '"csv"',
        "xlsx",
        choices=("xlsx", "csv"),
        elsewhere={Layer.FLAG: "--format"},
    ),
    Setting(
        "zone",
        Kind.ZONE,
        Rule.NEAREST,
        "The time zone of dates with a time that name none.",
        '"Europe/Berlin"',
        "UTC",
        said_by=FILES,
        elsewhere={Layer.JOB: "zone"},
    ),
)

SETTINGS = {setting.name: setting for setting in (*_LIMITS, *_HABITS)}
FILE_VARIABLE = "APOLLO_BATCH_SETTINGS"
"""The variable that names the user's own file."""
