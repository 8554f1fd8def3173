"""`ktpel`: the station's command line. Every command that reports takes --json; refusals end with code 1."""

import typer

from station import (
    cli_audit,
    cli_authority,
    cli_biometrics,
    cli_counter,
    cli_delivery,
    cli_diagnose,
    cli_diagnostics,
    cli_export,
    cli_handover,
    cli_keys,
    cli_officers,
    cli_provision,
    cli_queue,
    cli_trace,
)
from station.safekeeping.hardening import harden

app = typer.Typer(
    name="ktpel",
    help="Emergency KTP-el recording: the counter, its devices, its sealed bundles.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
app.command("record")(cli_counter.record)
app.command("health")(cli_diagnostics.show_health)
app.command("devices")(cli_diagnostics.devices)
app.command("diag")(cli_diagnose.diag)
app.command("provision")(cli_provision.provision)
app.command("deliver")(cli_delivery.deliver)
app.command("receive")(cli_delivery.receive)
app.command("verify")(cli_authority.verify)
app.command("open")(cli_authority.open_)
app.command("export")(cli_export.export_)
app.command("import")(cli_export.import_)
app.add_typer(cli_counter.config_commands, name="config")
app.add_typer(cli_audit.audit_commands, name="audit")
app.add_typer(cli_authority.bundle_commands, name="bundle")
app.add_typer(cli_biometrics.finger_commands, name="finger")
app.add_typer(cli_biometrics.portrait_commands, name="portrait")
app.add_typer(cli_keys.keyring_commands, name="keyring")
app.add_typer(cli_keys.keys_commands, name="keys")
app.add_typer(cli_officers.officer_commands, name="officer")
app.add_typer(cli_trace.trace_commands, name="trace")
app.add_typer(cli_handover.handover_commands, name="handover")
app.add_typer(cli_queue.queue_commands, name="queue")


def main() -> None:
    """Entry point."""
    harden()
    app()
