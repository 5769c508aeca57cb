# ruff: noqa: A005 - it mirrors tingtang.http
