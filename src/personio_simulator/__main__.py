"""`personio-simulator`: one process, one port, one generated company.

Prints one JSON line when ready; everything else goes to stderr.
"""

import gc
from pathlib import Path

import click
import msgspec

from personio_simulator.model import LANGUAGES
from personio_simulator.options import REFERENCE, Options


@click.command(context_settings={"show_default": True})
@click.option("--port", default=9100, help="0 takes a free port.")
@click.option("--host", default="127.0.0.1")
@click.option("--company", default="acme", help="Label: {company}.jobs.… and /career/{company}.")
@click.option("--jobs", default=40)
@click.option("--applications", default=600)
@click.option("--seed", default=7)
@click.option("--reference-date", default=REFERENCE, help="Nothing generated is later.")
@click.option("--beta", type=click.Choice(["optional", "required"]), default="optional")
@click.option("--rate-limits", type=click.Choice(["enforce", "report"]), default="enforce")
@click.option("--knob", "knobs", multiple=True, metavar="NAME=JSON", help="Any knob of the company, as JSON.")
@click.option("--latency-ms", default=0.0, help="Waited before every answer.")
@click.option("--cache-pages/--no-cache-pages", default=True, help="Keep finished pages: a second walk costs little.")
@click.option("--cache-megabytes", default=256, help="The most that finished pages may take.")
@click.option("--control/--no-control", default=True, help="The API under /_control/.")
@click.option("--ready-file", type=click.Path(path_type=Path), default=None, help="The JSON line is written here too.")
def main(  # noqa: PLR0913, PLR0917 - one per option
    port: int, host: str, company: str, jobs: int, applications: int, seed: int, reference_date: str, beta: str,
    rate_limits: str, knobs: tuple[str, ...], latency_ms: float, cache_pages: bool, cache_megabytes: int,
    control: bool, ready_file: Path | None,
) -> None:  # fmt: skip
    """Run a Personio that anyone can test against."""
    from personio_simulator import server  # noqa: PLC0415 - keeps --help fast

    chosen: dict[str, object] = {"beta": beta, "rate_limits": rate_limits}
    for text in knobs:
        name, _, value = text.partition("=")
        chosen[name] = _value(value)
    options = Options(
        company=company, jobs=jobs, applications=applications, seed=seed, reference=reference_date, knobs=chosen
    )
    click.echo(f"generating {applications} applications to {jobs} jobs ({len(LANGUAGES)} languages)", err=True)
    cache = cache_megabytes * 1024 * 1024 if cache_pages else 0
    world = server.build(options, cache_bytes=cache, control=control)
    world.knobs.latency = latency_ms / 1000
    gc.freeze()

    def ready(url: str) -> None:
        line = msgspec.json.encode({"url": url, **server.credentials(world, company, url)}).decode()
        if ready_file is not None:
            partial = ready_file.with_suffix(ready_file.suffix + ".part")
            partial.write_text(line)
            partial.replace(ready_file)
        click.echo(line)

    server.run(world, host, port, ready)


def _value(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


if __name__ == "__main__":
    main()
