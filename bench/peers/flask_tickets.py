"""The peer: Flask and SQLAlchemy with a commit a request, as most branch queues are written.

Served by gunicorn with one worker. ``python -m bench.peers.flask_tickets`` prints its port.
"""

import json
import os
import socket
import sys
import tempfile
import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, jsonify, request
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[str]
    number: Mapped[int]
    service: Mapped[str]
    issued: Mapped[datetime]


def create(url: str) -> Flask:
    """The application."""
    engine = sa.create_engine(url)

    @sa.event.listens_for(engine, "connect")
    def _durable(connection: object, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
        connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]

    Base.metadata.create_all(engine)
    app = Flask("peer")

    @app.post("/api/branches/<branch>/tickets")
    def issue(branch: str):  # type: ignore[no-untyped-def]
        data = request.get_json()
        services = data.get("services")
        if not isinstance(services, list) or not services:
            return jsonify(error="services"), 400
        with Session(engine) as session:
            last = session.scalar(
                sa.select(sa.func.max(Ticket.number)).where(Ticket.branch == branch)
            )
            ticket = Ticket(
                id=str(uuid.uuid4()),
                branch=branch,
                number=(last or 0) + 1,
                service=services[0],
                issued=datetime.now(UTC),
            )
            session.add(ticket)
            session.commit()
            return jsonify(ticket=ticket.id, number=f"A{ticket.number:03}"), 201

    return app


def main() -> None:
    os.sched_setaffinity(0, {0})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="tingtang-peer-")
    os.environ["PEER_URL"] = f"sqlite:///{folder}/peer.db"
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("workers", 1)
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 1)
            self.cfg.set("keepalive", 15)
            self.cfg.set("loglevel", "error")
            self.cfg.set(
                "post_worker_init", lambda _: print(json.dumps({"port": port}), flush=True)
            )

        def load(self) -> Flask:
            return create(os.environ["PEER_URL"])

    Server().run()
    sys.exit(0)


if __name__ == "__main__":
    main()
