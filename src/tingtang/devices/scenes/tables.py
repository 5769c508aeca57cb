"""Tables of scenes: those a branch wrote, and the newest run of each."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata

scenes = sa.Table(
    "device_scenes",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

scene_runs = sa.Table(
    "device_scene_runs",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("scene", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
