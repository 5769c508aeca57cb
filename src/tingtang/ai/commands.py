"""``tingtang models``: which models are here, whose they are, and under which licence."""

import typer

from tingtang.ai.manifest import Presence, engines

app = typer.Typer()
SIGN = {Presence.HERE: "✓", Presence.MISSING: "·", Presence.CHANGED: "✗"}


@app.command()
def models() -> None:
    """列出引擎模型及其许可、校验 · List the engines' models, their licences, and check them."""
    changed = False
    for engine in engines().values():
        typer.echo(f"{engine.text.zh} · {engine.text.en}  (tingtang[{engine.extra}])")
        for model in engine.model:
            presence = model.presence()
            changed = changed or presence is Presence.CHANGED
            typer.echo(f"  {SIGN[presence]} {model.file.rpartition('/')[2]}  {presence}")
            typer.echo(f"      {model.package} · {model.licence} · {model.source}")
    if changed:
        raise typer.Exit(1)
