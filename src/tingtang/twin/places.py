"""The branches of the made-up bank as places to simulate: one for each template."""

import tempfile
from pathlib import Path

from tingtang.hall.setup import day_setup
from tingtang.http.app import build
from tingtang.http.options import WebOptions
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.org.demo import seed_demo_bank
from tingtang.twin.simulate import Place, place_of

ANY_WORK_DAY = "2026-03-02"


async def demo_places() -> dict[str, Place]:
    """Each template's branch with its usual seating, by the template's name."""
    with tempfile.TemporaryDirectory() as folder:
        vault = open_or_create_vault(Path(folder) / "keys.json", Suite.AES_256_GCM, 1)
        options = WebOptions(database_url=f"sqlite:///{folder}/places.db")
        app = build(options, vault=vault)
        await app.start()
        try:
            org = app.parts.services["org"]
            bank = await seed_demo_bank(org)
            places = {}
            for branch in bank.branches:
                setup = day_setup(org.directory, branch, ANY_WORK_DAY)
                seats = [seat for seat in bank.seats.values() if seat in setup.counters]
                template = org.directory.branch(branch).template
                places[template] = place_of(template, setup, seats)
            return places
        finally:
            await app.stop()
